#!/bin/sh
# image.sh - write an OCI image archive of the static file; make image runs this
# SPDX-License-Identifier: GPL-3.0-or-later
#
# image.sh VERSION SOURCES CPU...: write static/sonde-VERSION-oci.tar, an image
# for each CPU with a file static/bin-CPU/sonde, in the current folder.  Neither
# a daemon nor a privilege is needed, but GNU tar and sha256sum.  The archive
# has a manifest.json for the first CPU as well, for docker load before
# Docker 25.  All times are $SOURCE_DATE_EPOCH: the same files give the same
# bytes.
set -eu
version=$1 sources=$2
shift 2
: "${SOURCE_DATE_EPOCH:?}"
image=static/sonde-$version-oci.tar
work=static/build-image
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)

archive () { # FOLDER FILE
    tar -C "$1" --format=ustar --sort=name --owner=0 --group=0 \
        --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf "$2" .
}

# blob FILE: move FILE to the blobs; the name and size are in $digest and $size.
blob () {
    digest=$(sha256sum < "$1")
    digest=${digest%% *}
    size=$(($(wc -c < "$1")))
    mv "$1" "$work/image/blobs/sha256/$digest"
}

# The name of a processor in Go, which OCI uses.
architecture () {
    case $1 in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    i?86) echo 386 ;;
    powerpc64le) echo ppc64le ;;
    *) echo "$1" ;;
    esac
}

# The root of the image: the file, a link for each program, and what the
# programs read.
fill_root () { # CPU
    root=$work/root
    rm -rf "$root"
    share=$root/usr/local/share
    mkdir -p "$root/bin" "$root/proc" "$root/tmp" "$share/sonde/profiles" \
        "$share/doc/sonde"
    cp "static/bin-$1/sonde" "$root/bin/sonde"
    # The file may be for another processor: names are those of the pages.
    for page in "$sources"/man/*.1; do
        program=$(basename "$page" .1)
        [ "$program" = sonde ] || ln -s sonde "$root/bin/$program"
    done
    cp "$sources"/profiles/* "$share/sonde/profiles"
    cp "$sources/COPYING" "$sources/COPYING.LESSER" "$share/doc/sonde"
    chmod -R u=rwX,go=rX "$root"
    chmod 755 "$root/bin/sonde"
    chmod 1777 "$root/tmp"
}

add_cpu () { # CPU
    [ -f "static/bin-$1/sonde" ] || {
        echo "make image: static/bin-$1/sonde not found; run make static" >&2
        exit 1
    }
    fill_root "$1"
    archive "$work/root" "$work/layer"
    blob "$work/layer"
    layer=$digest layer_size=$size
    cat > "$work/config" <<END
{"created":"$created","architecture":"$(architecture "$1")","os":"linux",
"config":{"Env":["PATH=/bin"],"Entrypoint":["/bin/sonde"],"WorkingDir":"/",
"Labels":{"org.opencontainers.image.title":"sonde",
"org.opencontainers.image.version":"$version",
"org.opencontainers.image.licenses":"GPL-3.0-or-later AND LGPL-2.1-or-later"}},
"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},
"history":[{"created":"$created","created_by":"make image"}]}
END
    blob "$work/config"
    config=$digest config_size=$size
    cat > "$work/manifest" <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
"config":{"mediaType":"application/vnd.oci.image.config.v1+json",
"digest":"sha256:$config","size":$config_size},
"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",
"digest":"sha256:$layer","size":$layer_size}]}
END
    blob "$work/manifest"
    descriptor='{"mediaType":"application/vnd.oci.image.manifest.v1+json",
"digest":"sha256:'$digest'","size":'$size',
"platform":{"architecture":"'$(architecture "$1")'","os":"linux"}'
    manifests="$manifests${manifests:+,}$descriptor}"
    [ -f "$work/image/manifest.json" ] || cat > "$work/image/manifest.json" <<END
[{"Config":"blobs/sha256/$config","RepoTags":["sonde:$version"],
"Layers":["blobs/sha256/$layer"]}]
END
}

# write_index FILE DESCRIPTORS
write_index () {
    printf '%s\n' '{"schemaVersion":2,
"mediaType":"application/vnd.oci.image.index.v1+json","manifests":['"$2"']}' \
        > "$1"
}

rm -rf "$work"
mkdir -p "$work/image/blobs/sha256"
manifests=
for cpu; do
    add_cpu "$cpu"
done
# A name stands for a single image: several are behind an index of their own.
if [ $# -gt 1 ]; then
    write_index "$work/index" "$manifests"
    blob "$work/index"
    descriptor='{"mediaType":"application/vnd.oci.image.index.v1+json",
"digest":"sha256:'$digest'","size":'$size
fi
write_index "$work/image/index.json" "$descriptor,
\"annotations\":{\"org.opencontainers.image.ref.name\":\"sonde:$version\"}}"
printf '{"imageLayoutVersion":"1.0.0"}\n' > "$work/image/oci-layout"
chmod -R u=rwX,go=rX "$work/image"
archive "$work/image" "$image"
rm -rf "$work"
echo "make image: $(($(wc -c < "$image"))) bytes in $image"
