# sonde.bash - completion of the programs' options, for bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The options are those that the program itself names in --help, the questions
# those of --list.

_sonde () {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local help
    help=$("$1" --help 2> /dev/null)
    COMPREPLY=()
    # What an option wants is none of them; a file name may do.
    if [[ $previous == -* ]] && printf '%s\n' "$help" |
        grep -q -e "^ *$previous\(, --[a-z-]*\)\? [A-Z]" \
            -e ", $previous [A-Z]"; then
        return
    fi
    # shellcheck disable=SC2207 # options hold no blanks
    COMPREPLY=($(compgen -W "$(printf '%s\n' "$help" |
        grep -o -- '--[a-z][a-z-]*\|^ *-[a-zA-Z0-9]')" -- "$current"))
}

# Questions; but files where an option wants one, and where no question is of
# that name, since a profile is a file.
_sockprobe () {
    local current=${COMP_WORDS[COMP_CWORD]}
    case ${COMP_WORDS[COMP_CWORD-1]} in
    -d | --diff | -t | --tap | -w | --html)
        COMPREPLY=()
        return
        ;;
    esac
    case $current in
    -*) _sonde "$1" ;;
    *)
        # shellcheck disable=SC2207 # ids hold no blanks
        COMPREPLY=($(compgen -W "$("$1" --list 2> /dev/null |
            cut -d ' ' -f 1)" -- "$current"))
        ;;
    esac
}

complete -o default -F _sonde backlogprobe
complete -o default -F _sonde byteorder
complete -o default -F _sockprobe sockprobe
complete -o default -F _sonde listeners
complete -o default -F _sonde daytimecli
complete -o default -F _sonde echocli
complete -o default -F _sonde daytimesrv
complete -o default -F _sonde echosrv
