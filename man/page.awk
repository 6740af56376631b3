# page.awk - a manual page of section 3, made from the contracts in sonde.h
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: awk -f page.awk -v topic=TOPIC -v date=DATE sonde.h sonde.h [MORE]
# The header is read twice: first for the names of all functions, then for the
# section "---- TOPIC: TITLE ----".  MORE, the rest of the page in mdoc, begins
# with EXAMPLES or SEE ALSO.  "Since 0.1" becomes HISTORY.  With -v links=1,
# print "PAGE:FUNCTION" for every function instead: the links from each function
# to its page.
#
# A comment that begins in the first column describes the declarations below it,
# up to the next blank line.  In its text, NAME is the parameter name.

function begin_page() {
    print ".\\\" SPDX-License-Identifier: GPL-3.0-or-later"
    print ".\\\" Made from lib/sonde.h by man/page.awk."
    print ".Dd " date
    print ".Dt SONDE_" toupper(topic) " 3"
    print ".Os"
    print ".Sh NAME"
    for (i = 1; i <= named; i++)
        print ".Nm " names[i] (i < named ? " ," : "")
    print ".Nd " title
    print ".Sh LIBRARY"
    print "Sockets that behave alike (libsonde, \\-lsonde; pkg-config sonde)"
    print ".Sh SYNOPSIS"
    print ".In sonde.h"
    printf "%s", synopsis
    print ".Sh DESCRIPTION"
    printf "%s", body
}

# STRING as roff shows it: no request, no escape, no hyphenation of a minus.
function plain(string) {
    gsub(/\\/, "\\e", string)
    if (string ~ /^-[0-9A-Za-z]/)
        string = "\\" string
    if (string ~ /^[.']/)
        string = "\\&" string
    return string
}

# WORD in the font of what it is: a parameter, a constant, a function.
function styled(word,    lead, trail, core) {
    match(word, /^["(*]*/)
    lead = substr(word, 1, RLENGTH)
    core = substr(word, RLENGTH + 1)
    trail = ""
    if (match(core, /[]").,;:]+$/)) {
        trail = substr(core, RSTART)
        core = substr(core, 1, RSTART - 1)
    }
    if (length(core) > 1 && core in parameter)
        core = "\\fI" tolower(core) "\\fP"
    else if (core ~ /^SONDE_[A-Z0-9_]+$/ || core ~ /^E[A-Z0-9]+$/)
        core = "\\fB" core "\\fP"
    else if (core ~ /^sonde_[a-z0-9_]+$/ && core in section)
        core = "\\fB" core "\\fP" (section[core] == topic ? "" : "(3)")
    else
        core = plain(core)
    return lead core trail
}

# TEXT, words parted by blanks, as lines that begin a sentence each.
function filled(text,    count, words, i, line, all) {
    count = split(text, words, " ")
    line = all = ""
    for (i = 1; i <= count; i++) {
        line = line (line == "" ? "" : " ") styled(words[i])
        if (words[i] ~ /[.:]["')]*$/ && words[i] !~ /^(e\.g\.|i\.e\.)$/ ||
            length(line) > 70 || i == count) {
            all = all line "\n"
            line = ""
        }
    }
    return all
}

# The paragraph that says what is returned.  A sentence that begins with the
# names of errors, "ENAME, ENAME (remark): what." or "ENAME.", is a row of a
# list.
function returns(text,    sentences, count, i, all, is_row, in_list) {
    gsub(/[.]  */, ".\n", text)
    count = split(text, sentences, "\n")
    all = ""
    in_list = 0
    for (i = 1; i <= count && sentences[i] != ""; i++) {
        is_row = sentences[i] ~ /^E[A-Z0-9]+[^.]*[.:]/ && \
            sentences[i] !~ /^E[A-Z0-9]+ [a-z]/
        if (is_row && !in_list)
            all = all ".Bl -tag -width Er\n"
        else if (!is_row && in_list)
            all = all ".El\n.Pp\n"
        in_list = is_row
        all = all (is_row ? error_row(sentences[i]) : filled(sentences[i]))
    }
    return all (in_list ? ".El\n" : "")
}

function error_row(row,    names, what) {
    match(row, /^E[A-Z0-9]+(, E[A-Z0-9]+)*/)
    names = substr(row, 1, RLENGTH)
    what = substr(row, RLENGTH + 1)
    sub(/^[.:] */, "", what)
    gsub(/, /, " , ", names)
    return ".It Bq Er " names "\n" filled(what)
}

# The paragraphs of the comment at hand.
function described(    i, all, text, start) {
    all = ""
    for (i = 1; i <= paragraphs; i++)
        sub(/ *Since [0-9]+[.][0-9]+[.]/, "", paragraph[i])
    if (paragraph[paragraphs] == "")
        paragraphs--
    for (i = 1; i <= paragraphs; i++) {
        text = paragraph[i]
        if (i > 1 && text !~ /^\n/)
            all = all ".Pp\n"
        if (match(text, /[.] +Returns /)) {
            start = RSTART + RLENGTH - length("Returns ")
            all = all filled(substr(text, 1, RSTART)) ".Pp\n"
            text = substr(text, start)
        }
        if (text ~ /^\n/) {
            all = all ".Bd -literal -offset indent" text "\n.Ed\n"
            continue
        }
        all = all (text ~ /^Returns/ ? returns(text) : filled(text))
    }
    return all
}

# TEXT, a prototype in one line, as mdoc.
function prototype(text,    head, name, list, count, i, all) {
    head = text
    sub(/[(].*/, "", head)
    name = head
    sub(/.*[ *]/, "", name)
    head = substr(head, 1, length(head) - length(name))
    sub(/ $/, "", head)
    list = text
    sub(/^[^(]*[(]/, "", list)
    # A pointer to a function is one parameter.
    depth = 0
    all = ".Ft \"" head "\"\n.Fo " name "\n.Fa \""
    for (i = 1; i <= length(list); i++) {
        c = substr(list, i, 1)
        if (c == "(")
            depth++
        else if (c == ")" && depth-- == 0)
            break
        if (c == "," && depth == 0) {
            all = all "\"\n.Fa \""
            i++ # the blank
        } else {
            all = all c
        }
    }
    return all "\"\n.Fc\n"
}

function add_function(text,    name) {
    sub(/;$/, "", text)
    name = text
    sub(/[(].*/, "", name)
    sub(/.*[ *]/, "", name)
    if (text !~ /^typedef/)
        names[++named] = name
    synopsis = synopsis prototype(text)
    heading = heading (heading == "" ? "" : " , ") name
}

# The members of a struct or enum, or the macros, in TEXT, whose lines are
# parted by newlines: each with the comment behind it, or before it.
function add_members(text,    count, lines, i, line, note, code, pending) {
    count = split(text, lines, "\n")
    code = note = pending = ""
    list = ""
    for (i = 1; i <= count; i++) {
        line = lines[i]
        sub(/^ +/, "", line)
        if (in_note || line ~ /^\/\*/) {
            # A comment of its own, or the rest of one.
            in_note = line !~ /\*\//
            gsub(/^\/\* ?| *\*\/$/, "", line)
            if (code != "" && was_behind)
                note = note " " line
            else
                pending = pending " " line
            continue
        }
        if (code != "")
            list = list member(code, note)
        code = line
        note = pending
        pending = ""
        was_behind = 0
        if (match(line, /\/\*.*/)) {
            note = note " " substr(line, RSTART + 2)
            code = substr(line, 1, RSTART - 1)
            in_note = line !~ /\*\//
            sub(/ *\*\/$/, "", note)
            was_behind = 1
        }
    }
    if (code != "")
        list = list member(code, note)
    if (list != "")
        body = body ".Bl -tag -width Ds\n" list ".El\n"
}

function member(code, note) {
    sub(/^#define /, "", code)
    sub(/[ ,]+$/, "", code)
    gsub(/^ +| +$/, "", note)
    if (code == "")
        return ""
    return ".It Vt \"" plain(code) "\"\n" filled(note)
}

# Emit what is at hand: a comment, and the declarations below it.
function end_item(    count, lines, i, text, members, kind) {
    if (paragraphs == 0 && declaration == "")
        return
    heading = members = text = kind = ""
    count = split(declaration, lines, "\n")
    for (i = 1; i <= count; i++) {
        if (lines[i] ~ /^(struct|enum)[^(]*\{/) {
            kind = lines[i]
            sub(/ *\{.*/, "", kind)
        } else if (kind != "" && lines[i] !~ /^\}/) {
            members = members (members == "" ? "" : "\n") lines[i]
        } else if (kind != "") {
            heading = heading (heading == "" ? "" : " , ") kind
            kind = ""
        } else if (lines[i] ~ /^#define/ || in_define) {
            members = members (members == "" ? "" : "\n") lines[i]
            in_define = lines[i] ~ /\/\*/ && lines[i] !~ /\*\// ||
                in_define && lines[i] !~ /\*\//
            if (lines[i] ~ /^#define/) {
                split(lines[i], word, " ")
                sub(/[(].*/, "", word[2])
                heading = heading (heading == "" ? "" : " , ") word[2]
            }
        } else {
            sub(/^ +/, "", lines[i])
            text = text (text == "" || text ~ /[(]$/ ? "" : " ") lines[i]
            if (text ~ /;$/) {
                if (text ~ /[(]/)
                    add_function(text)
                text = ""
            }
        }
    }
    if (heading != "")
        body = body ".Ss " heading "\n"
    else if (body != "")
        body = body ".Pp\n"
    body = body described()
    if (members != "")
        add_members(members)
    paragraphs = 0
    declaration = ""
}

# First reading: the section of each function, and the names of parameters and
# members, which the text has in capitals.
FNR == 1 { file++ }
/^\/\* ---- / {
    current = $3
    sub(/:$/, "", current)
}
file == 1 {
    in_comment = /^\/\*/ || in_comment
    if (current == topic && !in_comment) {
        line = $0
        sub(/\/\*.*/, "", line)
        count = split(line, word, /[^a-z0-9_]+/)
        for (i = 1; i <= count; i++)
            parameter[toupper(word[i])] = 1
    }
    if (/\*\//)
        in_comment = 0
    if ($0 ~ /^[a-z].*sonde_[a-z0-9_]*[(]/ && $0 !~ /^typedef/) {
        name = $0
        sub(/[(].*/, "", name)
        sub(/.*[ *]/, "", name)
        section[name] = current
        if (links && name != "sonde_" current)
            print "sonde_" current ":" name
    }
    next
}
links { next }
file == 3 {
    if (FNR == 1)
        begin_page()
    print
    next
}

# Second reading.
current != topic { next }
/^\/\* ---- / {
    title = $0
    sub(/^\/\* ---- [a-z]*: /, "", title)
    sub(/ -* *\*\/$/, "", title)
    next
}
in_comment || /^\/\*/ {
    if (!in_comment) {
        end_item()
        paragraphs = 1
        paragraph[1] = ""
        is_literal = 0
    }
    in_comment = $0 !~ /\*\//
    line = $0
    sub(/^\/\* ?/, "", line)
    sub(/ *\*\/$/, "", line)
    # A line that is indented stands as it is.
    is_deep = line ~ /^       / ? 1 : 0
    if (is_deep != is_literal) {
        is_literal = is_deep
        if (paragraph[paragraphs] != "")
            paragraphs++
        paragraph[paragraphs] = ""
    }
    if (is_literal) {
        paragraph[paragraphs] = paragraph[paragraphs] "\n" plain(substr(line, 8))
        next
    }
    sub(/^ +/, "", line)
    if (line == "" && in_comment)
        paragraph[++paragraphs] = ""
    else if (line != "")
        paragraph[paragraphs] = paragraph[paragraphs] \
            (paragraph[paragraphs] == "" ? "" : " ") line
    next
}
/^#(if|else|elif|endif|pragma|include|error)/ || /^(extern "C".*|\})$/ { next }
/^$/ { end_item(); next }
{ declaration = declaration (declaration == "" ? "" : "\n") $0 }
END {
    if (!links)
        print ".Sh HISTORY\nThese functions first appeared in sonde 0.1."
}
