# sonde.fish - completion of the programs' options, for fish
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Options and their texts come from --help of the program, questions and faults
# from --list.  Profiles are the files in profiles/ of the source tree, and in
# the installed folder, found beside this file.  fish reads a file for each
# command: the installed names are links.

set -g __sonde_share (dirname (realpath (status filename)))

# Print NAME, tab, TEXT for each option of a --help.
function __sonde_options
    awk '/^  (-.,|   ) +--/ {
        line = $0; sub(/^ +/, "", line)
        text = line; if (!sub(/^.*[^ ]  +/, "", text)) text = ""
        sub(/  .*/, "", line)
        count = split(line, words, /[ ,]+/)
        for (i = 1; i <= count; i++)
            if (words[i] ~ /^-/) print words[i] "\t" text
    }'
end

function __sonde_profiles
    for file in profiles/* $__sonde_share/../../sonde/profiles/*
        test -f $file; and not string match -q '*.md' $file
        and string replace -r '.*/' '' $file
    end
end

# Candidates for the last word, among which fish chooses.
function __sonde_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l previous $words[-1]
    set -l call $words[1]
    set -l program (string replace -r '.*/' '' -- $words[1])
    if test $program = sonde
        if test (count $words) -eq 1; and not string match -q -- '-*' $current
            $call 2> /dev/null | sed 's/  */\t/'
            return
        end
        if test (count $words) -gt 1
            set program $words[2]
            set call $call $program
        end
    end
    set -l help ($call --help 2> /dev/null)
    set -l prefix ''
    set -l rest $current
    if string match -q -r -- '^--[a-z-]+=' $current
        set prefix (string replace -r '=.*' '=' -- $current)
        set previous (string replace = '' -- $prefix)
        set rest (string replace -r '^[^=]*=' '' -- $current)
    end
    switch $previous
        case -m --model
            printf '%s\n' $help | sed -n 's/^.* --model MODEL  *//p' |
                sed 's/ (.*//; s/, */\n/g' | sed "s/^/$prefix/"
            return
        case --fault
            $call --list 2> /dev/null | sed -n 's/^\([a-z-]*\).*/\1/p' |
                grep . | sed "s/^/$prefix/"
            return
        case --diff --tap
            begin
                __sonde_profiles
                __fish_complete_path $rest
            end | sed "s/^/$prefix/"
            return
        case '-*'
            # The argument of an option is no option; a file name may do.
            if test -n "$prefix"; or printf '%s\n' $help | grep -q \
                    -e "^ *$previous\(, --[a-z0-9-]*\)\? [A-Z]" \
                    -e ", $previous [A-Z]"
                __fish_complete_path $rest | sed "s/^/$prefix/"
                return
            end
    end
    if string match -q -- '-*' $current; or test $program != sockprobe
        printf '%s\n' $help | __sonde_options
        string match -q -- '-*' $current; or __fish_complete_path $current
        return
    end
    if contains -- --matrix $words
        __sonde_profiles
        __fish_complete_path $current
        return
    end
    $call --list 2> /dev/null | sed 's/  */\t/'
    if contains -- --diff $words
        __sonde_profiles
        __fish_complete_path $current
    end
end

for name in backlogprobe byteorder daytimecli daytimesrv echocli echoload \
        echosrv faultsrv listeners sockprobe sonde
    complete -c $name -f -a '(__sonde_complete)'
end
