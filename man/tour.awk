# tour.awk - the manual page of section 7 that is made from doc/tour.md
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: awk -v date=DATE -f tour.awk tour.md
# Knows the Markdown that the tour uses: headings, paragraphs, code in
# backquotes, links, indented blocks and comments.

# STRING as roff shows it: no request, no escape.
function plain(string) {
    gsub(/\\/, "\\e", string)
    gsub(/^-/, "\\-", string)
    if (string ~ /^[.']/)
        string = "\\\\\\&" string
    sub(/^\\\\\\&/, "\\\\\\&", string)
    return string
}

# Print TEXT, without links, a sentence a line.
function put_text(text) {
    while (match(text, /\[[^]]*\]\([^)]*\)/)) {
        link = substr(text, RSTART, RLENGTH)
        sub(/^\[/, "", link)
        sub(/\].*/, "", link)
        text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
    }
    sub(/^ +/, "", text)
    sub(/ +$/, "", text)
    gsub(/[.?!] /, "&\n", text)
    gsub(/ *\n */, "\n", text)
    if (text != "")
        print plain(text)
}

# Print the paragraph gathered: code in backquotes by .Ql, with the punctuation
# that follows.
function end_paragraph(    count, parts, i, marks) {
    if (paragraph == "")
        return
    if (!first)
        print ".Pp"
    first = 0
    count = split(paragraph, parts, "`")
    for (i = 1; i <= count; i++) {
        if (i % 2) {
            put_text(parts[i])
            continue
        }
        marks = ""
        while (parts[i + 1] ~ /^[.,:;)]/) {
            marks = marks " " substr(parts[i + 1], 1, 1)
            parts[i + 1] = substr(parts[i + 1], 2)
        }
        code = parts[i]
        gsub(/\\/, "\\e", code)
        gsub(/"/, "\\(dq", code)
        gsub(/-/, "\\-", code)
        print ".Ql \"" code "\"" marks
    }
    paragraph = ""
}

function end_block() {
    if (in_block)
        print ".Ed"
    in_block = blanks = 0
}

BEGIN {
    print ".\\\" SPDX-License-Identifier: GPL-3.0-or-later"
    print ".\\\" Made from doc/tour.md by man/tour.awk."
    print ".Dd " date
    print ".Dt SONDE-TOUR 7"
    print ".Os"
    print ".Sh NAME"
    print ".Nm sonde-tour"
    print ".Nd sockets in twelve stations, each measured"
    print ".Sh DESCRIPTION"
    first = 1
}

/^<!--/ || /^# / { next }

/^    / {
    end_paragraph()
    if (!in_block)
        print ".Bd -literal -offset -5n"
    while (blanks-- > 0)
        print ""
    blanks = 0
    in_block = 1
    line = substr($0, 5)
    gsub(/\\/, "\\e", line)
    gsub(/-/, "\\-", line)
    if (line ~ /^[.']/)
        line = "\\&" line
    print line
    next
}

/^$/ {
    end_paragraph()
    if (in_block)
        blanks++
    next
}

/^## / {
    end_paragraph()
    end_block()
    print ".Sh " toupper(substr($0, 4))
    first = 1
    next
}

{
    end_block()
    paragraph = paragraph (paragraph == "" ? "" : " ") $0
}

END {
    end_paragraph()
    end_block()
    print ".Sh SEE ALSO"
    print ".Xr backlogprobe 1 ,"
    print ".Xr echoload 1 ,"
    print ".Xr faultsrv 1 ,"
    print ".Xr listeners 1 ,"
    print ".Xr sockprobe 1 ,"
    print ".Xr sonde 7"
}
