# sonde.bash - completion of the programs' options, for bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Options come from --help of the program, questions from --list of sockprobe.
# Profiles are the files in the folders where sockprobe looks for profiles:
# profiles/ of the source tree, and the installed folder, found beside this file.

_sonde_profiles=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." 2> /dev/null && pwd)
_sonde_profiles=$_sonde_profiles/sonde/profiles

# The program, where the command is sonde; else empty.
_sonde_program=

# Set the word to complete, and the one before it.  In --option=word bash takes
# the = for a word of its own.
_sonde_words () {
    current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = && $COMP_CWORD -gt 1 ]]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
    fi
}

_sonde () {
    local current previous help
    _sonde_words
    help=$("$1" ${_sonde_program:+"$_sonde_program"} --help 2> /dev/null)
    COMPREPLY=()
    if [[ $previous == -m || $previous == --model ]]; then
        # "iterative, fork, event (event)"
        # shellcheck disable=SC2207 # models hold no blanks
        COMPREPLY=($(compgen -W "$(printf '%s\n' "$help" |
            sed -n 's/^.* --model MODEL  *//p' | sed 's/ (.*//; s/,//g')" \
            -- "$current"))
        return
    fi
    if [[ $previous == --fault ]]; then
        # Each line that begins with a name: "silence,N (TCP, UNIX, UDP)"
        # shellcheck disable=SC2207 # faults hold no blanks
        COMPREPLY=($(compgen -W "$("$1" \
            ${_sonde_program:+"$_sonde_program"} --list 2> /dev/null |
            sed -n 's/^\([a-z-]*\).*/\1/p')" -- "$current"))
        return
    fi
    # The argument of an option is no option; a file name may do.
    if [[ $previous == -* ]] && printf '%s\n' "$help" |
        grep -q -e "^ *$previous\(, --[a-z0-9-]*\)\? [A-Z]" \
            -e ", $previous [A-Z]"; then
        return
    fi
    # shellcheck disable=SC2207 # options hold no blanks
    COMPREPLY=($(compgen -W "$(printf '%s\n' "$help" |
        grep -o -- '--[a-z][a-z0-9-]*\|^ *-[a-zA-Z0-9]' |
        awk '!seen[$1]++')" -- "$current"))
}

# Add the names of profiles to the replies, and if there are any, files.
_sonde_add_profiles () {
    local path
    for path in profiles/* "$_sonde_profiles"/*; do
        [[ -f $path && $path != *.md && ${path##*/} == "$1"* ]] &&
            COMPREPLY+=("${path##*/}")
    done
    # Without a profile the shell itself offers files.
    [ ${#COMPREPLY[@]} -gt 0 ] || return
    compopt -o filenames 2> /dev/null # bash 3 cannot
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen -f -- "$1")
}

# Questions; profiles as the argument of an option; both where --diff may have a
# second profile.
_sockprobe () {
    local current previous word
    _sonde_words
    COMPREPLY=()
    case $previous in
    --diff | --tap)
        _sonde_add_profiles "$current"
        return
        ;;
    --html) return ;;
    esac
    case $current in
    -*) _sonde "$1" ;;
    *)
        if [[ " ${COMP_WORDS[*]} " == *" --matrix "* ]]; then
            _sonde_add_profiles "$current"
            return
        fi
        # shellcheck disable=SC2207 # ids hold no blanks
        COMPREPLY=($(compgen -W "$("$1" \
            ${_sonde_program:+"$_sonde_program"} --list 2> /dev/null |
            cut -d ' ' -f 1)" -- "$current"))
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            if [[ $word == --diff ]]; then
                _sonde_add_profiles "$current"
                break
            fi
        done
        ;;
    esac
}

# All programs in one: a program first, then what the program takes.
_sonde_all () {
    local _sonde_program=
    case "$COMP_CWORD ${COMP_WORDS[1]}" in
    "1 -"*) _sonde "$1" ;;
    "1 "*)
        # shellcheck disable=SC2207 # names hold no blanks
        COMPREPLY=($(compgen -W "$("$1" 2> /dev/null | cut -d ' ' -f 1)" \
            -- "${COMP_WORDS[1]}"))
        ;;
    *)
        _sonde_program=${COMP_WORDS[1]}
        if [[ $_sonde_program == sockprobe ]]; then
            _sockprobe "$1"
        else
            _sonde "$1"
        fi
        ;;
    esac
}

complete -o default -F _sockprobe sockprobe
complete -o default -F _sonde_all sonde
complete -o default -F _sonde backlogprobe byteorder daytimecli daytimesrv
complete -o default -F _sonde echocli echoload echosrv faultsrv listeners
