#!/bin/sh
# static.sh - the statically linked file, in a root with /proc alone
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"

[ "$(uname -s)" = Linux ] || skip_all "make static is for Linux"
have musl-gcc || skip_all "musl-gcc is not here (Debian: musl-tools)"
have jq || skip_all "jq is not here"
# A root of its own: as root by a mount namespace, else in a user namespace, too.
if unshare -m true 2> /dev/null; then
    unshare='unshare -m'
elif unshare -r -m true 2> "$scratch/err"; then
    unshare='unshare -r -m'
else
    skip_all "no mount namespace: $(cat "$scratch/err")"
fi

# make image begins with make static.
run "${MAKE:-make}" -C "$builddir" image
is "make image succeeds" [ "$status" -eq 0 ]
static=$builddir/static/bin-$(uname -m)/sonde
[ -f "$static" ] || cannot_look "at $static: it was not built"
is "it has at most 1.5 MB" [ "$(wc -c < "$static")" -le 1500000 ]

# The image is made of what was built; a second time from the same files, later,
# in another folder.
image=$builddir/static/sonde-$("$byteorder" --version |
    sed -n 's/^.* //; 1p')-oci.tar
mkdir -p "$scratch/layers" "$scratch/image" "$scratch/again/static"
cp -R "$builddir/static/bin-$(uname -m)" "$scratch/again/static"
tar -C "$scratch/image" -xf "$image" || cannot_look "at $image"
(cd "$scratch/again" && umask 077 && SOURCE_DATE_EPOCH=$(date -r \
    "$scratch/image/oci-layout" +%s) sh "$srcdir/static/image.sh" \
    "$(basename "$image" -oci.tar | sed 's/^sonde-//')" "$srcdir" \
    "$(uname -m)") > "$scratch/out" 2> "$scratch/err"
is "made again, the image has the same bytes" \
    cmp "$image" "$scratch/again/static/${image##*/}"
# named DESCRIPTOR: its blob.
named () {
    echo "$scratch/image/blobs/sha256/$(jq -er "$1.digest" "$2" |
        sed 's/^sha256://')"
}
manifest=$(named '.manifests[0]' "$scratch/image/index.json") &&
    layer=$(named '.layers[0]' "$manifest") &&
    tar -C "$scratch/layers" -xf "$layer" ||
    cannot_look "for a layer in $image"
for blob in "$scratch"/image/blobs/sha256/*; do
    sha256sum < "$blob" | sed 's/ .*//' | grep -qx "${blob##*/}" ||
        echo "$blob"
done > "$scratch/out"
none "each blob has the name of its sum" "$manifest" "$layer"
is "the image has what was built" \
    cmp "$static" "$scratch/layers/bin/sonde"
is "the image has a link for each program" \
    [ "$(find "$scratch/layers/bin" -type l | wc -l)" -eq \
    "$("$builddir/sonde" | wc -l)" ]
if have skopeo; then
    run skopeo inspect "oci-archive:$image"
    json_is '.Os == "linux" and (.Layers | length) == 1' \
        "skopeo reads the image"
    run skopeo inspect "docker-archive:$image"
    json_is '.Os == "linux" and (.Layers | length) == 1' \
        "skopeo reads the image as docker's"
else
    skip "skopeo reads the image" "skopeo is not here"
    skip "skopeo reads the image as docker's" "skopeo is not here"
fi

root=$scratch/root
mkdir -p "$root/proc"
cp "$static" "$root/sonde"
ln -s sonde "$root/byteorder"
# $enter COMMAND...: run COMMAND in the root; $beside: with the same privileges,
# in the usual root.
cat > "$scratch/enter" << 'END'
mount --rbind /proc "$1/proc" && exec chroot "$@"
END
enter="$unshare sh $scratch/enter $root"
beside=$unshare
# shellcheck disable=SC2086 # several words, here and below
run $enter /sonde
"$builddir/sonde" > "$scratch/due"
is "in an empty root it lists the programs" cmp "$scratch/due" "$scratch/out"
# shellcheck disable=SC2086
run $enter /sonde byteorder --explain
sed 's/^[^ ]*: //' "$scratch/out" > "$scratch/there"
"$byteorder" --explain | sed 's/^[^ ]*: //' > "$scratch/due"
is "byteorder: as the dynamic build" cmp "$scratch/due" "$scratch/there"
# shellcheck disable=SC2086
run $enter /byteorder
is "byteorder, by the name of a link" grep -q ' [a-z]*-endian$' "$scratch/out"
# shellcheck disable=SC2086
run $unshare sh "$scratch/enter" "$scratch/layers" /bin/sockprobe --diff \
    linux-6.18 byteorder
is "in the image: sockprobe reads an installed profile" \
    [ "$status" -eq 0 ]

# same DESCRIPTION PROGRAM ARGUMENTS...: both builds write the same profile,
# but for the lines that say when and for how long.
same () {
    description=$1 program=$2
    shift 2
    # shellcheck disable=SC2086
    $beside "$builddir/$program" "$@" | grep -v '^volatile' > "$scratch/due"
    # shellcheck disable=SC2086
    run $enter /sonde "$program" "$@"
    grep -v '^volatile' "$scratch/out" > "$scratch/there"
    diff "$scratch/due" "$scratch/there" >> "$scratch/err"
    is "$description" cmp "$scratch/due" "$scratch/there"
    is "$description: there is a profile" \
        [ "$(wc -l < "$scratch/there")" -gt 10 ]
}
same "backlogprobe: as the dynamic build" backlogprobe --profile -4 -b 0,1,5
same "sockprobe: as the dynamic build" sockprobe --profile 'accept.inherits.*' \
    'peer.fin' 'signal.restart.*' 'udp.refused' 'shutdown.how'

# shellcheck disable=SC2086
serve $enter /sonde echosrv --tcp -4 --port 0
is "echosrv: listens" [ -n "$port" ]
head -c 300000 /dev/urandom > "$scratch/in"
echoes () { # COMMAND...
    status=0
    "$@" 127.0.0.1 "$port" < "$scratch/in" > "$scratch/out" \
        2> "$scratch/err" || status=$?
    [ "$status" -eq 0 ] && cmp "$scratch/in" "$scratch/out"
}
# shellcheck disable=SC2086
is "echocli: every byte comes back" echoes $enter /sonde echocli
is "echocli: so it does to the dynamic build" echoes "$builddir/echocli"
: > "$scratch/out"
hold open 3 say 5
# shellcheck disable=SC2086
$beside "$builddir/listeners" --json "$port" > "$scratch/due"
# shellcheck disable=SC2086
run $enter /sonde listeners --json "$port"
json_is ".listeners[0].port == $port and .listeners[0].backlog > 0" \
    "listeners: finds the server"
if [ "$unshare" = 'unshare -m' ]; then
    json_is ".listeners[0].owners[0].pid == $server" \
        "listeners: finds the owner"
else
    skip "listeners: finds the owner" "only root sees it from the namespace"
fi
jq -S .listeners "$scratch/due" > "$scratch/due.listeners"
jq -S .listeners "$scratch/out" > "$scratch/there"
is "listeners: as the dynamic build" \
    cmp "$scratch/due.listeners" "$scratch/there"
let_go
halt
is "echosrv: ends" [ "$status" -eq 0 ]
finish_alone
