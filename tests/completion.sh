#!/bin/sh
# completion.sh - what zsh and fish offer; bash: pages.sh and sockprobe.sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
PATH=$builddir:$PATH
HOME=$scratch
export PATH HOME
[ -x "$builddir/sonde" ] || skip_all "sonde is not built"
# Now and then the leak check at the end of a program waits forever for the
# process it has started: seen below zsh alone.
if is_sanitized; then
    ASAN_OPTIONS=detect_leaks=0
    export ASAN_OPTIONS
fi

# zsh: the candidates before zsh chooses among them.  fish: those fish offers.
cat > "$scratch/zsh" << 'END'
_describe () {
    [[ $1 == -o ]] && shift
    print -l -- "${(@)${(@P)2}%%:*}"
}
_files () { print '<files>' }
compset () {
    [[ ${words[CURRENT]} == --*=* ]] || return 1
    IPREFIX=${words[CURRENT]%%=*}=
}
words=("$@") CURRENT=$# service=${1:t}
. "$srcdir/completions/_sonde"
END
offered_zsh () {
    bounded 300 zsh -f "$scratch/zsh" "$@"
}
offered_fish () {
    # shellcheck disable=SC2016 # fish's
    bounded 300 fish --no-config -c 'source "$srcdir/completions/sonde.fish"
        complete -C "$argv"' "$*" | cut -f 1
}
# offers WORD WORDS...: WORD is among the candidates for the last of WORDS.
offers () {
    due=$1
    shift
    "offered_$shell" "$@" > "$scratch/out" 2> "$scratch/err"
    grep -qxF -e "$due" "$scratch/out"
}

for shell in zsh fish; do
    if ! have "$shell"; then
        skip "$shell" "$shell is not here"
        continue
    fi
    for program in backlogprobe byteorder daytimecli daytimesrv echocli \
        echoload echosrv faultsrv listeners sockprobe sonde; do
        "$program" --help | grep '^  \(-.,\|   \) *--' |
            sed 's/   *[^ -].*//' | grep -o -e '--[a-z][a-z0-9-]*' | sort -u \
            > "$scratch/due"
        "offered_$shell" "$program" -- | grep -e '^--' | sort -u \
            > "$scratch/given"
        comm -3 "$scratch/due" "$scratch/given" > "$scratch/out"
        none "$shell: $program: every option of --help, and no other" \
            "$scratch/due" "$scratch/given"
    done
    is "$shell: letters" offers -p echosrv -
    is "$shell: a model" offers event echosrv --model e
    is "$shell: a fault" offers blackhole faultsrv --fault bl
    is "$shell: a question" offers accept.aborted sockprobe accept.a
    is "$shell: a program of sonde" offers listeners sonde l
    is "$shell: an option of a program of sonde" \
        offers --model sonde echosrv --mo
    is "$shell: a question, behind sonde" \
        offers udp.maxsize sonde sockprobe udp.max
    cd "$srcdir" || exit 99
    is "$shell: a profile" offers linux-6.18 sockprobe --diff linux-6
    is "$shell: profiles for --matrix" \
        offers linux-6.18 sockprobe --matrix linux-6.1 linux-6
    cd "$scratch" || exit 99
    : > some-file
    "offered_$shell" backlogprobe --compare some > "$scratch/out" 2>&1
    is "$shell: files for an option that wants one" \
        grep -qx '<files>\|some-file' "$scratch/out"
    is "$shell: and no options" lacks "$scratch/out" -e '^-'
done

# As it is typed, on a terminal of zsh's own.
cat > "$scratch/typed" << 'END'
zmodload zsh/zpty || exit 77
fpath=($srcdir/completions $fpath)
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($srcdir/completions \$fpath)"
zpty -w shell "autoload -U compinit; compinit -u -D; echo re''ady"
zpty -r shell line '*ready*' || exit
zpty -w -n shell $'echosrv --model ite\t --vers\t > typed-out; echo do""ne\n'
zpty -r shell line '*done*'
zpty -d shell
END
if cd "$scratch" && have zsh && zsh -fc 'zmodload zsh/zpty' 2> /dev/null; then
    run bounded 300 zsh -f "$scratch/typed"
    is "zsh, as typed: --model iterative --version" \
        grep -q '^echosrv (sonde)' "$scratch/typed-out"
else
    skip "zsh, as typed" "zsh, or its zpty, is not here"
fi
finish
