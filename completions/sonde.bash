# sonde.bash - completion of the programs' options, for bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The options are those that the program itself names in --help.

_sonde () {
    local current=${COMP_WORDS[COMP_CWORD]}
    # shellcheck disable=SC2207 # options hold no blanks
    COMPREPLY=($(compgen -W "$("$1" --help 2> /dev/null |
        grep -o -- '--[a-z][a-z-]*\|^ *-[a-zA-Z0-9]')" -- "$current"))
}

complete -F _sonde backlogprobe
complete -F _sonde byteorder
complete -F _sonde sockprobe
