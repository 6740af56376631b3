#!/bin/sh
# schema.sh - what backlogprobe --json says is what its schema says
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have python3 || skip_all "python3 is not here"
python3 -c 'import jsonschema' 2> /dev/null ||
    skip_all "python3 has no jsonschema here"

# Valid, and no key that the schema does not describe.
cat > "$scratch/check.py" <<'END'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
report = json.load(open(sys.argv[2]))
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.validate(report, schema)
def walk(value, rules, where):
    for choice in rules.get("anyOf", []):
        if isinstance(value, dict) == (choice["type"] == "object"):
            rules = choice
    if isinstance(value, list):
        for each in value:
            walk(each, rules["items"], where)
    if isinstance(value, dict) and "additionalProperties" not in rules:
        for key in value:
            if key not in rules["properties"]:
                sys.exit("%s.%s is not described" % (where, key))
            walk(value[key], rules["properties"][key], where + "." + key)
walk(report, schema, "")
END
valid () { # DESCRIPTION ARGUMENTS...
    description=$1
    shift
    run "$backlogprobe" --json "$@"
    cp "$scratch/out" "$scratch/json"
    run python3 "$scratch/check.py" "$srcdir/doc/backlogprobe.schema.json" \
        "$scratch/json"
    is "valid: $description" [ "$status" -eq 0 ]
}
valid "the usual run"
valid "a sweep" -b -1,0,1,65536,max
valid "UNIX sockets" --unix -b 0-3
valid "what is asked step by step" --again --overflow --unix -4 -b 0-3
valid "the second way" --half-open -4 -b 0-3
valid "what is granted" --require 1
valid "what is cut" --require 2147483647 -4
"$backlogprobe" -4 -b 0 --with net.core.somaxconn=9 > /dev/null 2>&1 &&
    valid "with other settings" --with net.core.somaxconn=9 \
        --with net.ipv4.tcp_syncookies=0
# With python there would be more.
(ulimit -n 40 && exec "$backlogprobe" --json -b 0-3,100) > "$scratch/json"
run python3 "$scratch/check.py" "$srcdir/doc/backlogprobe.schema.json" \
    "$scratch/json"
is "valid: few descriptors" [ "$status" -eq 0 ]
finish
