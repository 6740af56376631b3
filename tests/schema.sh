#!/bin/sh
# schema.sh - what the programs say with --json is what the schemas say
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
have python3 || skip_all "python3 is not here"
python3 -c 'import jsonschema' 2> /dev/null ||
    skip_all "python3 has no jsonschema here"

# Valid, and no key that the schema does not describe, nor one described that is
# not there.  And that this is looked at: with any key taken out of an object of
# each kind, or one more in it, it is not valid.
cat > "$scratch/check.py" <<'END'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
report = json.load(open(sys.argv[2]))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
def choose(value, rules):
    if "$ref" in rules:
        rules = schema["definitions"][rules["$ref"].split("/")[-1]]
    for choice in rules.get("anyOf", []):
        if isinstance(value, dict) == (choice["type"] == "object"):
            rules = choice
    return rules
def objects(value, rules, where):
    rules = choose(value, rules)
    if isinstance(value, list):
        for each in value:
            yield from objects(each, rules["items"], where)
    if isinstance(value, dict) and "additionalProperties" not in rules:
        yield value, rules, where
        for key in set(value) & set(rules["properties"]):
            yield from objects(value[key], rules["properties"][key],
                               where + "." + key)
def wrong():
    for error in validator(schema).iter_errors(report):
        return error.message
    for value, rules, where in objects(report, schema, ""):
        for key in set(value) ^ set(rules["properties"]):
            return "%s.%s is not in both" % (where, key)
if wrong():
    sys.exit(wrong())
kinds = {where: value for value, rules, where in objects(report, schema, "")}
for where, value in kinds.items():
    for key in list(value):
        kept = value.pop(key)
        if not wrong():
            sys.exit("%s.%s may be missing" % (where, key))
        value[key] = kept
    value["no_such_key"] = 0
    if not wrong():
        sys.exit("%s may have any key" % where)
    del value["no_such_key"]
END
# check DESCRIPTION PROGRAM: $scratch/json is as the schema of PROGRAM says.
check () {
    run python3 "$scratch/check.py" "$srcdir/doc/$2.schema.json" "$scratch/json"
    is "valid: $1" [ "$status" -eq 0 ]
}
valid () { # DESCRIPTION PROGRAM ARGUMENTS...
    description=$1 program=$2
    shift 2
    "$builddir/$program" --json "$@" > "$scratch/json" 2> /dev/null
    if [ "$program" = echoload ]; then
        tail -n 1 "$scratch/json" > "$scratch/last"
        mv "$scratch/last" "$scratch/json"
    fi
    check "$description" "$program"
}
sed -n 's/^ *"\$schema": "\(.*\)",$/\1/p' "$srcdir"/doc/*.schema.json \
    > "$scratch/drafts"
set -- "$srcdir"/doc/*.schema.json
is "each schema names the draft it is written in, all the same" sh -c '
    [ "$(wc -l < "$1")" -eq "$2" ] && [ "$(sort -u "$1" | wc -l)" -eq 1 ]' - \
    "$scratch/drafts" "$#"

valid "the usual run" backlogprobe
valid "a sweep" backlogprobe -b -1,0,1,65536,max
valid "UNIX sockets" backlogprobe --unix -b 0-3
valid "what is asked step by step" backlogprobe --again --overflow --unix -4 \
    -b 0-3
valid "the second way" backlogprobe --half-open -4 -b 0-3
valid "what is granted" backlogprobe --require 1
valid "what is cut" backlogprobe --require 2147483647 -4
run "$backlogprobe" -4 -b 0 --with net.core.somaxconn=9
if [ "$status" -eq 2 ] && grep -q '^backlogprobe: --with: ' "$scratch/err"; then
    skip "valid: with other settings" "$(head -n 1 "$scratch/err")"
else
    valid "with other settings" backlogprobe --with net.core.somaxconn=9 \
        --with net.ipv4.tcp_syncookies=0
fi
# With python there would be more.
(ulimit -n 40 && exec "$backlogprobe" --json -b 0-3,100) > "$scratch/json"
check "few descriptors" backlogprobe

valid "a byte order" byteorder
valid "answers" sockprobe 'accept.inherits.*' byteorder
valid "rates" sockprobe --times 3 accept.inherits.nonblock
# What cannot be asked has a reason.
(ulimit -n 10 && exec "$sockprobe" --json accept option) > "$scratch/json" \
    2> /dev/null
if [ -s "$scratch/json" ]; then
    check "answers for want of descriptors" sockprobe
else
    skip "valid: answers for want of descriptors" "too few to start"
fi
"$sockprobe" --matrix --json "$srcdir/profiles/linux-6.1" \
    "$srcdir/profiles/gvisor-2024-07" > "$scratch/json"
check "several systems" sockprobe-matrix
run "$builddir/listeners" --json
if [ "$status" -eq 2 ] && grep -q "does not report" "$scratch/err"; then
    skip "valid: listeners" "this system does not tell what listens on it"
else
    valid "listeners" listeners
    valid "every network namespace" listeners --all
    valid "connections that wait" listeners --waiting
    valid "datagram sockets" listeners -uU
    # Listeners of one address, until their input ends.
    mkfifo "$scratch/orders" "$scratch/answers"
    "$builddir/tests/workers" 2 8 < "$scratch/orders" > "$scratch/answers" \
        9>&- &
    workers=$!
    exec 7> "$scratch/orders" 8< "$scratch/answers"
    read -r port <&8
    until ! read -r line <&8 || [ "$line" = ready ]; do :; done
    valid "a group by SO_REUSEPORT" listeners "$port"
    if [ "$(uname -s)" = Linux ]; then
        is "a group by SO_REUSEPORT: the group is in the report" \
            grep -q '"group": {' "$scratch/json"
    else
        skip "a group by SO_REUSEPORT: the group is in the report" \
            "groups are those of Linux"
    fi
    exec 7>&- 8<&-
    wait "$workers"
    "$builddir/listeners" --watch --json -d 1.2 > "$scratch/lines"
    tail -n 1 "$scratch/lines" > "$scratch/json"
    check "listeners over time" listeners-watch
fi

start echo
valid "a run" echoload -n 2 -d 0.1 127.0.0.1 "$port"
valid "a run of connections, by a rate" echoload --connect -r 100 -d 0.1 \
    127.0.0.1 "$port"
valid "connections without a byte" echoload --connect-only -n 3 \
    127.0.0.1 "$port"
valid "connections that are held" echoload --hold 2 -d 0.1 127.0.0.1 "$port"
"$echoload" --json -d 1.2 127.0.0.1 "$port" 2> /dev/null |
    head -n 1 > "$scratch/json"
check "the first second of a run" echoload
start alter 1000
valid "wrong replies" echoload -n 2 -d 0.1 127.0.0.1 "$port"
start udp-echo
valid "datagrams" echoload -u -d 0.1 127.0.0.1 "$port"
valid "a client of faults" faultsrv --fault=echo --fault=no-accept -- \
    "$echocli" '{host}' '{port}'
valid "a client that is killed, of datagrams" faultsrv -u --fault=silence -d 0.2 \
    -- "$echocli" -u '{host}' '{port}'
finish
