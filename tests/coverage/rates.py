# rates.py - which lines and branches the tests run, by room
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: python3 rates.py [--missing=PATTERN] [FOLDER]

FOLDER (.) is a build with gcov's counters, in the folder of the sources.
Prints the rates of each file, room and group of rooms, and what is left out and
why, behind "# "; then "0 TEXT" for each threshold that is reached, "1 TEXT" for
one that is not.  An object that was compiled twice (with and without
-fPIC) counts as one: a line is run if it is run in either.

--missing prints the lines of files that match PATTERN, a regular expression,
that are not run (-) or have a branch that is never taken (b), too."""

import argparse
import collections
import glob
import json
import os
import re
import subprocess
import tempfile

# Group, its rooms, percent of lines and of branches.
GROUPS = [
    ("lib", r"lib", 95, 80),
    ("services", r"servers|clients|load|faults", 90, 80),
    ("probes", r"base|probes(/.*)?|progs", 90, 80),
]

# Files that another system's build has in the place of a file of this build,
# or another target: not compiled here.
NOT_BUILT = [
    (r".*-none\.c", "for systems without the call"),
    (r".*-(freebsd|openbsd|xnu|bsd|kqueue|sysctl|dstaddr)\.c",
     "for other systems"),
    (r"lib/sysctl-list\.c", "for systems with sysctl"),
    (r"probes/run/core-limit\.c", "for systems other than Linux"),
    (r"probes/(behaviour/option-names|verdict/published)\.c",
     "tables without a function"),
    (r"progs/sonde\.c", "main of the static file, see make check-static"),
]

# Lines that cannot run here: file, line, reason.  A line that was run counts
# all the same.
LEFT_OUT = [
    (r".*", r"^\s*(abort|__builtin_unreachable)\s*\(\);",
     "the end of a program with a fault"),
]

ROOMS = "lib base probes servers clients load faults progs".split()


def gcov_read(folder, objects):
    """The documents of gcov for OBJECTS, .gcno files of FOLDER."""
    with tempfile.TemporaryDirectory() as scratch:
        for start in range(0, len(objects), 40):
            run = subprocess.run(
                ["gcov", "--branch-probabilities", "--json-format", "--stdout"]
                + [os.path.join(folder, name)
                   for name in objects[start:start + 40]],
                cwd=scratch, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, check=False, timeout=600)
            for line in run.stdout.splitlines():
                if line.strip():
                    yield json.loads(line)


def counts_merge(lines, line):
    """Add LINE, of a document, to LINES."""
    taken = [branch["count"] for branch in line["branches"]]
    old = lines.get(line["line_number"])
    if old is None:
        lines[line["line_number"]] = [line["count"], taken]
        return
    old[0] += line["count"]
    if len(old[1]) == len(taken):
        old[1] = [a + b for a, b in zip(old[1], taken)]
    elif len(old[1]) < len(taken):
        old[1] = taken


def counts_read(folder):
    """{file: {line: [count, [count of branch, ...]]}}, of the rooms."""
    objects = [os.path.relpath(name, folder) for name in glob.glob(
        os.path.join(folder, "**", "*.gcno"), recursive=True)
        + glob.glob(os.path.join(folder, "**", ".libs", "*.gcno"),
                    recursive=True)]
    counts = collections.defaultdict(dict)
    for document in gcov_read(folder, sorted(set(objects))):
        for entry in document["files"]:
            name = os.path.relpath(os.path.join(folder, entry["file"]), folder)
            if name.split("/")[0] not in ROOMS or name.startswith("lib/gl/"):
                continue
            for line in entry["lines"]:
                counts_merge(counts[name], line)
    return counts


def lines_leave_out(folder, counts):
    """Remove lines by the rules of LEFT_OUT.  Returns [(place, reason)]."""
    gone = []
    for name, lines in sorted(counts.items()):
        with open(os.path.join(folder, name), encoding="utf-8") as source:
            text = source.read().split("\n")
        for number in sorted(lines):
            for file_rule, line_rule, reason in LEFT_OUT:
                if (lines[number][0] == 0 and re.fullmatch(file_rule, name)
                        and re.search(line_rule, text[number - 1])):
                    del lines[number]
                    gone.append(("%s:%d" % (name, number), reason))
                    break
    return gone


def rate_of(many):
    """Counts of lines run, lines, branches taken, branches."""
    values = [line for lines in many for line in lines.values()]
    return (sum(count > 0 for count, _ in values), len(values),
            sum(taken > 0 for _, branches in values for taken in branches),
            sum(len(branches) for _, branches in values))


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def rate_print(name, rate):
    print("# %-38s %5.1f %% of %5d lines  %5.1f %% of %5d branches" % (
        name, percent(*rate[:2]), rate[1], percent(*rate[2:]), rate[3]))


def missing_print(name, lines):
    for number, (count, branches) in sorted(lines.items()):
        if count == 0:
            print("#   %s:%d -" % (name, number))
        elif 0 in branches:
            print("#   %s:%d b %s" % (name, number, " ".join(
                "+" if taken else "0" for taken in branches)))


def not_built_print(folder, counts):
    """Print the files without counters.  Returns those without a reason."""
    bad = 0
    for name in sorted(name for room in ROOMS for name in glob.glob(
            os.path.join(folder, room, "**", "*.c"), recursive=True)):
        name = os.path.relpath(name, folder)
        if name in counts or name.startswith("lib/gl/"):
            continue
        reason = next((reason for rule, reason in NOT_BUILT
                       if re.fullmatch(rule, name)), None)
        print("# left out: %s: %s" % (name, reason or "not built, no reason"))
        bad += reason is None
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--missing")
    parser.add_argument("folder", nargs="?", default=".")
    options = parser.parse_args()
    folder = os.path.abspath(options.folder)
    counts = counts_read(folder)
    gone = lines_leave_out(folder, counts)
    rooms = collections.defaultdict(dict)
    for name, lines in counts.items():
        rooms[os.path.dirname(name)][name] = lines

    for room, files in sorted(rooms.items()):
        for name, lines in sorted(files.items()):
            rate_print(name, rate_of([lines]))
            if options.missing and re.search(options.missing, name):
                missing_print(name, lines)
    for place, reason in gone:
        print("# left out: %s: %s" % (place, reason))
    bad = not_built_print(folder, counts)
    for room, files in sorted(rooms.items()):
        rate_print(room + "/", rate_of(files.values()))

    tests = [("each file is built, or another system's", bad == 0)]
    for group, rule, lines_min, branches_min in GROUPS:
        rate = rate_of(lines for room, files in rooms.items()
                       if re.fullmatch(rule, room)
                       for lines in files.values())
        rate_print(group, rate)
        for what, least, part, whole in (
                ("lines", lines_min, *rate[:2]),
                ("branches", branches_min, *rate[2:])):
            tests.append(("%s: at least %d %% of the %s are run" % (
                group, least, what),
                whole > 0 and percent(part, whole) >= least))
    for text, passed in tests:
        print(0 if passed else 1, text)


main()
