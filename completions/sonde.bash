# sonde.bash - completion of the programs' options, for bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The options are those that the program itself names in --help, the questions
# those of --list.

_sonde () {
    local current=${COMP_WORDS[COMP_CWORD]}
    # shellcheck disable=SC2207 # options hold no blanks
    COMPREPLY=($(compgen -W "$("$1" --help 2> /dev/null |
        grep -o -- '--[a-z][a-z-]*\|^ *-[a-zA-Z0-9]')" -- "$current"))
}

# Questions; or files, since a profile is one.
_sockprobe () {
    local current=${COMP_WORDS[COMP_CWORD]}
    case $current in
    -*) _sonde "$1" ;;
    *)
        # shellcheck disable=SC2207 # ids hold no blanks
        COMPREPLY=($(compgen -W "$("$1" --list 2> /dev/null |
            cut -d ' ' -f 1)" -- "$current"))
        ;;
    esac
}

complete -F _sonde backlogprobe
complete -F _sonde byteorder
complete -o default -F _sockprobe sockprobe
complete -F _sonde listeners
complete -F _sonde daytimecli
complete -F _sonde echocli
complete -F _sonde daytimesrv
complete -F _sonde echosrv
