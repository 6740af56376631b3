# sonde.bash - completion of the programs' options, for bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The options are those that the program itself names in --help, the questions
# those of --list, the profiles those that stand where sockprobe looks for them:
# in profiles/ of the source tree, and where they are installed, beside this.

_sonde_profiles=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." 2> /dev/null && pwd)
_sonde_profiles=$_sonde_profiles/sonde/profiles

_sonde () {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local help
    help=$("$1" --help 2> /dev/null)
    COMPREPLY=()
    if [[ $previous == -m || $previous == --model ]]; then
        # "iterative, fork or event"
        # shellcheck disable=SC2207 # models hold no blanks
        COMPREPLY=($(compgen -W "$(printf '%s\n' "$help" |
            sed -n 's/^.* --model MODEL  *//p' | sed 's/,\| or / /g')" \
            -- "$current"))
        return
    fi
    # What an option wants is none of them; a file name may do.
    if [[ $previous == -* ]] && printf '%s\n' "$help" |
        grep -q -e "^ *$previous\(, --[a-z-]*\)\? [A-Z]" \
            -e ", $previous [A-Z]"; then
        return
    fi
    # shellcheck disable=SC2207 # options hold no blanks
    COMPREPLY=($(compgen -W "$(printf '%s\n' "$help" |
        grep -o -- '--[a-z][a-z-]*\|^ *-[a-zA-Z0-9]' |
        awk '!seen[$1]++')" -- "$current"))
}

# Add to the answers what names a profile: a bare word, or else a file.
_sonde_add_profiles () {
    local path
    for path in profiles/* "$_sonde_profiles"/*; do
        [[ -f $path && $path != *.md && ${path##*/} == "$1"* ]] &&
            COMPREPLY+=("${path##*/}")
    done
    # Where there is none, files are the shell's to offer.
    [ ${#COMPREPLY[@]} -gt 0 ] || return
    compopt -o filenames 2> /dev/null # bash 3 cannot
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen -f -- "$1")
}

# Questions; but profiles where an option wants one, and besides where it may
# have a second.
_sockprobe () {
    local current=${COMP_WORDS[COMP_CWORD]} word
    COMPREPLY=()
    case ${COMP_WORDS[COMP_CWORD-1]} in
    -d | --diff | -t | --tap)
        _sonde_add_profiles "$current"
        return
        ;;
    -w | --html) return ;;
    esac
    case $current in
    -*) _sonde "$1" ;;
    *)
        # shellcheck disable=SC2207 # ids hold no blanks
        COMPREPLY=($(compgen -W "$("$1" --list 2> /dev/null |
            cut -d ' ' -f 1)" -- "$current"))
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            [[ $word == -d || $word == --diff ]] &&
                _sonde_add_profiles "$current" && break
        done
        ;;
    esac
}

complete -o default -F _sonde backlogprobe
complete -o default -F _sonde byteorder
complete -o default -F _sockprobe sockprobe
complete -o default -F _sonde listeners
complete -o default -F _sonde daytimecli
complete -o default -F _sonde echocli
complete -o default -F _sonde echoload
complete -o default -F _sonde daytimesrv
complete -o default -F _sonde echosrv
