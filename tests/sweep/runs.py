# runs.py - the usual runs of each program, for sweep.py
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each Run is a command with what counts as right.

A run that reports success (status 0) while a fault was injected must have
written what it writes without a fault, or must say what is missing: that is
what "missing" finds.  A server is asked by clients of this module."""

import json
import os
import pwd
import re
import socket

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = ("iterative", "fork", "prefork", "thread", "event")
# After these failures, the first time or the second, each client is served.
TRANSIENT = ("EINTR", "EAGAIN")
REPEATED = ("accept", "accept4", "epoll_wait", "poll", "read", "recvfrom",
            "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "wait4",
            "write")
CLIENT_STATUSES = set(range(0, 15))
PIECES = (b"a", b"0123456789" * 10, b"\0\xff" * 5000)
REPORT = "report"  # the file that a FileRun replaces
OLD = b"the old report\n"
# For what gets the socket on standard input as descriptor 3.
BY_LISTEN_FDS = ["sh", "-c", "exec 3<&0 0< /dev/null; "
                 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "-"]


class Run:
    """A command that ends by itself."""

    server = False
    sample = True
    complains = False  # the usual run, too, ends with a sentence
    library_ends = ()  # calls of which the C library ends the process
    deadline = 60.0  # seconds to end; on a machine busy with other runs
    replaced_missing = None  # a FileRun's
    pass_socket = None  # a PassedRun's
    starter = []  # what executes the command, without a fault

    def __init__(self, name, command, statuses, stdin=b"", missing=None,
                 is_reported=False):
        self.name = name
        self.command = command
        self.statuses = statuses
        self.stdin = stdin
        self.missing = missing or whole
        # A reason may stand in the report instead of standard error.
        self.is_reported = is_reported
        # Signals by which its processes are killed on purpose: by watchdogs
        # and timers; and those of a usual run.
        self.killed = {"SIGKILL", "SIGTERM", "SIGALRM", "SIGPROF", "SIGUSR1"}
        self.served = True  # in the usual run all clients are


class LookupRun(Run):
    """A command that looks up a name, and always ends with a sentence."""

    complains = True
    # glibc 2.36 ends the process itself: in its first lookup, if an allocation
    # fails (nss_database_reload_1: an assertion, or a null pointer), and if
    # recvmsg of its netlink socket fails as of a wrong descriptor
    # (__netlink_assert_response).
    library_ends = ("malloc", "recvmsg")


class ServerRun(Run):
    """A server: clients ask it, then SIGTERM ends it."""

    server = True

    def __init__(self, name, command, clients, statuses=(0, 2),
                 transient=TRANSIENT):
        super().__init__(name, command, set(statuses))
        self.clients = clients
        self.transient = transient


class FileRun(Run):
    """A command that replaces the file REPORT, of which REPLACED_MISSING finds
    what is missing, and prints what "missing" allows.  After a failure, too,
    the file is the old one or complete."""

    def __init__(self, name, command, statuses, replaced_missing, **others):
        super().__init__(name, command, statuses, **others)
        self.replaced_missing = replaced_missing


class UserRun(ServerRun):
    """A server that looks up a user: the C library ends it as a LookupRun."""

    library_ends = LookupRun.library_ends


class PassedRun(ServerRun):
    """A server that gets a socket from PASS_SOCKET as standard input, or, with
    BY_LISTEN_FDS as STARTER, as descriptor 3.  With a connection, the server
    ends when the client does."""

    def __init__(self, name, command, pass_socket, clients, starter=()):
        super().__init__(name, command, clients)
        self.pass_socket = pass_socket
        self.starter = list(starter)


# ---- what may be missing -----------------------------------------------------


def whole(usual, found, errors, injected):
    """Nothing may differ.  INJECTED are the errnos of the faults."""
    if usual == found:
        return None
    return "the output differs: " + difference(usual, found)


def difference(usual, found):
    """The first line that differs."""
    old = usual.decode(errors="replace").splitlines()
    new = found.decode(errors="replace").splitlines()
    for i, line in enumerate(old):
        if i >= len(new):
            return "%r is missing" % line
        if new[i] != line:
            return "%r became %r" % (line, new[i])
    return "%r is too much" % new[len(old)] if len(new) > len(old) else "none"


def masked(pattern, replacement=b"*"):
    """As whole, but for what PATTERN matches: times, ports, numbers."""
    expression = re.compile(pattern)

    def missing(usual, found, errors, injected):
        return whole(expression.sub(replacement, usual),
                     expression.sub(replacement, found), errors, injected)
    return missing


def matching(pattern):
    """The output matches the whole PATTERN."""
    expression = re.compile(pattern, re.S)

    def missing(usual, found, errors, injected):
        if expression.fullmatch(found):
            return None
        return "the output is %r" % found[-300:]
    return missing


def metrics(text):
    """Of Prometheus's text format: name and labels -> value."""
    return dict(line.rsplit(b" ", 1) for line in text.splitlines()
                if not line.startswith(b"#"))


def metrics_missing(usual, found, errors, injected):
    """What is unknown has no metric or label, which is documented; but no
    listener is missing without sonde_listeners_not_reported, and no backlog
    without sonde_listeners_reduced.  The last comment shows that the rest is
    there; counters and queues change."""
    old, new = metrics(usual), metrics(found)
    is_reported = any(re.match(rb"sonde_listeners_(not_reported|reduced)",
                               name) and value == b"1"
                      for name, value in new.items())
    for name, value in new.items():
        if name not in old and b'name=""' not in name and \
                not any(usually.startswith(name + b"{") for usually in old):
            return "%r is new" % name
        if value != old.get(name, value) and not re.search(
                rb"_total|_queued|_handshakes|_not_reported|_reduced", name):
            return "%r: %r became %r" % (name, old[name], value)
    for name in old:
        if name not in new and not is_reported and re.match(
                rb"sonde_(listener|udp)_(queued|backlog|capacity|limit)|"
                rb"sonde_listeners_(not_reported|reduced)", name):
            return "%r is missing" % name
    last = usual[usual.rindex(b"# TYPE "):].split(b"\n")[0] + b"\n"
    if last not in found or not found.endswith(b"\n"):
        return "the end is missing: %r" % found[-80:]
    return None


def findings(profile):
    """The findings of a profile: (id, key) -> (value, how, stable, reason)."""
    table = {}
    for line in profile.decode(errors="replace").splitlines():
        field = line.split("\t")
        if len(field) == 6 and field[0] not in ("id", "host", "volatile"):
            table[field[0], field[1]] = field[2:]
    return table


def has_reason(key, row):
    """Whether a finding is itself a reason."""
    value, how, stable, reason = row
    return (how == "not-testable" or reason != "-" or
            key.endswith("limit") and value != "-")


def profile_missing(usual, found, errors, injected):
    """A measurement is as usual, or has a reason for having no value."""
    if not found.startswith(b"sonde-profile\t"):
        return "no profile: %r" % found[:80]
    old, new = findings(usual), findings(found)
    reasons = {topic for (topic, key), row in new.items()
               if has_reason(key, row)}
    for key, (value, how, stable, _) in old.items():
        if how != "measured" or stable != "yes":
            continue
        if key not in new:
            if key[0] not in reasons and not errors:
                return "%s %s is missing without a reason" % key
        elif new[key][1:3] == ["measured", "yes"] and \
                value != new[key][0] and not has_reason(key[1], new[key]):
            return "%s %s: %s became %s" % (key + (value, new[key][0]))
    return None


def answers_missing(usual, found, errors, injected):
    """As profile_missing for a lack of resources, which is no behaviour of the
    host.  Another errno of a question's own call may be the answer, by name; no
    other value changes, unless it has a reason, or a finding of the question
    names the errno."""
    if set(injected) <= {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"}:
        return profile_missing(usual, found, errors, injected)
    old, new = findings(usual), findings(found)
    named = {topic for (topic, _), (value, _, _, reason) in new.items()
             if any(error in value or error in reason for error in injected)}
    for key, (value, how, stable, _) in old.items():
        # "300 queued, up to the cap" without a readable cap is less, and true.
        if how == "measured" and stable == "yes" and key in new and \
                new[key][1:3] == ["measured", "yes"] and \
                value != new[key][0] and key[0] not in named and \
                not value.startswith(new[key][0] + ", up to the cap") and \
                not has_reason(key[1], new[key]):
            return "%s %s: %s became %s" % (key + (value, new[key][0]))
    return None if new else "there are no answers"


def json_missing(usual, found, errors, injected):
    """Each answer is as usual, or has a reason for having no value."""
    try:
        old, new = json.loads(usual)["answers"], json.loads(found)["answers"]
    except (KeyError, ValueError) as wrong:
        return "no JSON with answers: %s" % wrong
    if len(old) != len(new):
        return "%d answers became %d" % (len(old), len(new))
    for before, after in zip(old, new):
        if after != before and (after["value"] is not None or
                                not after["reason"]):
            return "%s became %s" % (before, after)
    return None


def states_missing(usual, found, errors, injected):
    """The usual drawing; or a part of it, or only the reason for none: the
    first line says which states were not seen, or why."""
    count = re.match(rb"TCP states in the kernel's table: (\d+ of 11)?", found)
    if not count:
        return "no count of states, and no reason: %r" % found[-300:]
    if count.group(1) == b"11 of 11":
        return whole(usual, found, errors, injected)
    return None


def listeners_missing(usual, found, errors, injected):
    """Each listener is there with its figures; an owner or a figure may be
    missing if the report says so."""
    try:
        old, new = json.loads(usual), json.loads(found)
    except ValueError as wrong:
        return "no JSON: %s" % wrong
    says_so = new["not_reported"] or new["hidden_processes"] or \
        new["reduced"] or new["hidden_reason"] or errors
    rows = {(row["local"], row["type"]): row for row in new["listeners"]}
    for row in old["listeners"]:
        key = row["local"], row["type"]
        if key not in rows:
            if not says_so:
                return "%s is missing, status 0" % (key,)
            continue
        for name in ("queued", "backlog", "owners", "uid", "inode"):
            if name == "queued" and row["type"] == "dgram":
                continue  # bytes that a server has not read yet
            if rows[key][name] != row[name] and rows[key][name] is not None \
                    and not (name == "owners" and says_so):
                return "%s: %s: %s became %s" % (key, name, row[name],
                                                 rows[key][name])
    return None


# ---- clients of the servers --------------------------------------------------


class Wrong(Exception):
    """Other bytes than were sent."""


def read_echo(stream, sent):
    """Read SENT back; EOFError if it ends before."""
    got = b""
    while len(got) < len(sent):
        piece = stream.recv(65536)
        if not piece:
            raise EOFError("closed early")
        got += piece
        if not sent.startswith(got):
            raise Wrong("echo: other bytes, after %d of %d" %
                        (len(got), len(sent)))


def echo_stream(stream):
    for piece in PIECES:
        stream.sendall(piece)
        read_echo(stream, piece)
    stream.shutdown(socket.SHUT_WR)
    if stream.recv(1):
        raise Wrong("echo: more than was sent")


def daytime_stream(stream):
    got = b""
    while True:
        piece = stream.recv(1000)
        if not piece:
            break
        got += piece
    if not got:
        raise EOFError("closed early")
    if not got.endswith(b"\r\n"):
        raise EOFError("cut off")
    check_daytime(got)


def check_daytime(line):
    if not re.fullmatch(rb"[A-Z][a-z]+, [A-Z][a-z]+ \d+, \d{4} "
                        rb"\d\d:\d\d:\d\d-[A-Z]+\r\n", line):
        raise Wrong("daytime: %r" % line)


def echo_datagram(sock):
    for piece in PIECES:
        sock.send(piece)
        got = sock.recv(65536)
        if got != piece:
            raise Wrong("echo of a datagram: other bytes")


def daytime_datagram(sock):
    sock.send(b"")
    check_daytime(sock.recv(65536))


def tcp(talk):
    def client(server, timeout):
        with socket.create_connection(("127.0.0.1", server.port),
                                      timeout) as stream:
            talk(stream)
    return client


def udp(talk):
    def client(server, timeout):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.connect(("127.0.0.1", server.port))
            talk(sock)
    return client


def unix(talk, path="socket"):
    def client(server, timeout):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(timeout)
            stream.connect(os.path.join(server.folder, path))
            talk(stream)
    return client


def unix_datagrams(talk, path="socket"):
    def client(server, timeout):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.bind("")  # an abstract name that the kernel chooses
            sock.connect(os.path.join(server.folder, path))
            talk(sock)
    return client


def passed(talk):
    """The client of pass_connection."""
    def client(server, timeout):
        with server.stream as stream:
            stream.settimeout(timeout)
            talk(stream)
    return client


# ---- sockets that are passed to servers --------------------------------------


def pass_listener(server):
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    return listener


def pass_datagrams(server):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    server.port = sock.getsockname()[1]
    return sock


def pass_connection(server):
    with pass_listener(server) as listener:
        server.stream = socket.create_connection(listener.getsockname())
        return listener.accept()[0]


# ---- the runs ----------------------------------------------------------------


def server_runs():
    for model in MODELS + ("event, two workers",):
        usual = ["--grace=1", "--model=" + model.split(",")[0]]
        if model in ("prefork", "event, two workers"):
            usual.append("--workers=2")
        yield ServerRun("echosrv, %s, TCP and UDP" % model,
                        ["echosrv", "-4", "-p", "0"] + usual,
                        [tcp(echo_stream), tcp(echo_stream),
                         udp(echo_datagram)])
        yield ServerRun("echosrv, %s, UNIX, options" % model,
                        ["echosrv", "--unix=socket", "--verbose",
                         "--max-per-source=9", "--max-clients=8",
                         "--idle-timeout=9"] + usual,
                        [unix(echo_stream)] * 2)
        yield ServerRun("daytimesrv, %s" % model,
                        ["daytimesrv", "-4", "-p", "0"] + usual,
                        [tcp(daytime_stream), udp(daytime_datagram)])
    yield ServerRun("echosrv, UNIX datagrams",
                    ["echosrv", "-u", "--unix=socket"],
                    [unix_datagrams(echo_datagram)] * 2,
                    # EAGAIN: the client's queue is full; no answer is kept.
                    transient=("EINTR",))
    if may_become("nobody"):
        yield UserRun("echosrv --user", ["echosrv", "-4", "-p", "0",
                                         "--grace=1", "--user=nobody"],
                      [tcp(echo_stream), udp(echo_datagram)])
    for model in ("fork", "event"):
        yield PassedRun("echosrv, %s, LISTEN_FDS" % model,
                        ["echosrv", "--grace=1", "--model=" + model],
                        pass_listener, [tcp(echo_stream)] * 2, BY_LISTEN_FDS)
    for kind, pass_socket, client in (
            ("a connection", pass_connection, passed(echo_stream)),
            ("a listener", pass_listener, tcp(echo_stream)),
            ("UDP", pass_datagrams, udp(echo_datagram))):
        yield PassedRun("echosrv --inetd, " + kind,
                        ["echosrv", "--inetd", "--grace=1"], pass_socket,
                        [client])


def may_become(user):
    """Whether a process of this user namespace may become USER."""
    def has(name, number):
        with open("/proc/self/" + name) as file:
            ranges = [[int(word) for word in line.split()] for line in file]
        return any(first <= number < first + count
                   for first, _, count in ranges)

    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return False
    return os.geteuid() == 0 and has("uid_map", entry.pw_uid) and \
        has("gid_map", entry.pw_gid)


def fault_runs():
    def silent(stream):
        stream.sendall(b"hello")
        stream.shutdown(socket.SHUT_WR)
        while stream.recv(1000):
            pass

    def hello_datagram(sock):
        sock.send(b"hello")
        if sock.recv(1000) != b"hello":
            raise Wrong("reply to a datagram: other bytes")

    for fault in ("echo", "fin,2", "rst,2", "crash", "slow,10", "blackhole"):
        clients = [] if fault == "blackhole" else [tcp(silent)]
        yield ServerRun("faultsrv, " + fault,
                        ["faultsrv", "--json", "--fault=" + fault],
                        clients, (0, 1, 2))
    for fault in ("echo", "delay,10", "duplicate"):
        yield ServerRun("faultsrv, UDP, " + fault,
                        ["faultsrv", "--json", "-u", "--fault=" + fault],
                        [udp(hello_datagram)] * 2, (0, 1, 2), ("EINTR",))
    yield Run("faultsrv, a command",
              ["faultsrv", "--json", "-d", "9", "--fault=echo", "--",
               os.path.abspath("echocli"), "-t", "5", "{host}", "{port}"],
              {0, 1, 2}, b"one\n", matching(rb"one\n\{.*\}\n|\{.*\}\n"))


def client_runs(peers):
    text = b"one\ntwo\nthree\n"
    host = ["-t", "5", "127.0.0.1"]
    for kind, options in (("TCP", []), ("UDP", ["-u"])):
        yield Run("echocli, " + kind,
                  ["echocli"] + options + host + [peers["echo"]],
                  CLIENT_STATUSES, text)
        yield Run("daytimecli, " + kind,
                  ["daytimecli"] + options + host + [peers["daytime"]],
                  CLIENT_STATUSES, missing=masked(rb"[0-9A-Z][a-z0-9]*"))
    yield Run("echocli, a name", ["echocli", "-t", "5", "-v", "localhost",
                                  peers["echo"]], CLIENT_STATUSES, text)
    # No server listens there; only the lookup matters.
    yield LookupRun("echocli, a service",
                    ["echocli", "-t", "5", "127.0.0.1", "echo"],
                    CLIENT_STATUSES, text)
    yield LookupRun("echosrv, no service",
                    ["echosrv", "-4", "-p", "no-service"], {2})
    yield Run("echocli, UNIX", ["echocli", "-t", "5", "-U", peers["unix"]],
              CLIENT_STATUSES, text)
    yield Run("daytimecli --parse", ["daytimecli", "--parse"] + host +
              [peers["daytime"]], CLIENT_STATUSES,
              missing=matching(rb"\d{4}-.*\n"))
    for kind, options in (("TCP", ["-d", "0.1"]), ("UDP", ["-d", "0.1", "-u"]),
                          ("--connect", ["-d", "0.1", "--connect"]),
                          ("--connect-only", ["--connect-only"]),
                          ("--hold", ["-d", "0.1", "--hold=4"])):
        yield Run("echoload, " + kind, ["echoload", "-j"] + options + host +
                  [peers["echo"]], CLIENT_STATUSES,
                  missing=matching(rb"\{.*\}\n"),
                  is_reported=kind == "--connect-only")
    yield FileRun("echoload --histogram", ["echoload", "-j", "-d", "0.1",
                                           "--histogram", REPORT] + host +
                  [peers["echo"]], CLIENT_STATUSES,
                  matching(rb" +Value .*\n#\[Buckets [^\n]*\]\n"),
                  missing=matching(rb"\{.*\}\n"))
    yield Run("echoload, two lines", ["echoload", "-j", "-d", "1.2"] + host +
              [peers["echo"]], CLIENT_STATUSES,
              missing=matching(rb"\{.*\}\n"))


class ProbeRun(Run):
    """A probe: it has deadlines of its own, for each of its questions."""

    sample = False
    deadline = 200.0


def probe_runs(peers):
    three = {0, 1, 2}
    yield Run("byteorder", ["byteorder"], {0, 2})
    yield Run("byteorder --json", ["byteorder", "-j"], {0, 2})
    measure = ["backlogprobe", "--profile", "-b", "0-1"]
    yield Run("backlogprobe, IPv4", measure + ["-4", "--no-incomplete"],
              {0, 2}, missing=profile_missing)
    yield ProbeRun("backlogprobe, incomplete", measure + ["-4"],
                   {0, 2}, missing=profile_missing)
    yield ProbeRun("backlogprobe, UNIX", measure + ["-U"], {0, 2},
                   missing=profile_missing)
    yield ProbeRun("backlogprobe, IPv6", measure + ["-6", "--no-incomplete"],
                   {0, 2}, missing=profile_missing)
    short = ["-4", "--no-incomplete"]
    yield ProbeRun("backlogprobe --half-open",
                   measure + ["-4", "--half-open"], {0, 2},
                   missing=profile_missing)
    for option in ("--again", "--overflow", "--with=net.core.somaxconn=7",
                   "--wait=30", "--netns=/proc/self/ns/net"):
        yield ProbeRun("backlogprobe " + option, measure + short + [option],
                       {0, 2}, missing=profile_missing)
    yield Run("backlogprobe --require", ["backlogprobe", "-4", "--require=5"],
              three, missing=matching(rb".*\n"), is_reported=True)
    yield Run("backlogprobe --check", ["backlogprobe", "-4", "--require=5",
                                       "--check"], {0, 2, 3},
              missing=matching(rb"BACKLOGPROBE .*\n"), is_reported=True)
    yield Run("backlogprobe --compare",
              ["backlogprobe", "-b", "0-1", "--compare", peers["profile"]] +
              short, three, missing=matching(rb".*\n"), is_reported=True)
    for form, pattern in (("--json", rb"\{.*\}\n"), ("--chart", rb".*\n"),
                          ("--prometheus=-", rb".*# EOF\n|.*\n")):
        yield Run("backlogprobe " + form,
                  ["backlogprobe", "-b", "0-1", form] + short, {0, 2},
                  missing=matching(pattern))
    yield Run("backlogprobe, the table", ["backlogprobe", "-b", "0-1"] + short,
              {0, 2}, missing=matching(rb".*\n"))
    yield FileRun("backlogprobe --prometheus FILE",
                  ["backlogprobe", "-b", "0-1", "--prometheus", REPORT] +
                  short, {0, 2}, metrics_missing)
    for group in ("accept", "bind", "close,connect,shutdown", "listen",
                  "option,peer,write", "reuseport,udp,tcp",
                  "signal", "address,byteorder,exec,io,limit,nonblock,path"):
        yield ProbeRun("sockprobe, " + group,
                       ["sockprobe", "--profile"] + group.split(","), {0, 2},
                       missing=answers_missing)
    yield Run("sockprobe --list", ["sockprobe", "--list"], {0, 2})
    yield Run("sockprobe --states", ["sockprobe", "--states"], {0, 2},
              missing=states_missing)
    yield from answer_runs()
    at = "127.0.0.1:" + peers["echo"]
    first = matching(rb"(%s|[^\n]*%s)[^\n]*\n.*" % (at.encode(), b"peer"))
    for name, options, missing in (
            ("", [at], first),
            (" --json", ["--json", at], listeners_missing),
            (" --waiting", ["--waiting", at], matching(rb".*\n")),
            (" --check", ["--check", at], matching(rb"LISTENERS .*\n")),
            (" --prometheus", ["--prometheus=-", at],
             matching(rb".*# EOF\n|.*\n")),
            (" --udp", ["-u", at], first),
            (" --unix", ["-U", peers["unix"]], first),
            (" --all", ["--all", "--json", at], listeners_missing),
            (" --watch", ["--watch", "-d", "0.1", at], first)):
        yield Run("listeners" + name, ["listeners"] + options, {0, 1, 2, 3}
                  if name == " --check" else three, missing=missing,
                  is_reported=name == " --check")
    yield FileRun("listeners --prometheus FILE",
                  ["listeners", "--prometheus", REPORT, at], three,
                  metrics_missing)


def answer_runs():
    """The forms of sockprobe's report, of a cheap question or of files."""
    question = ["byteorder"]
    profiles = [os.path.join(HERE, "../../profiles", name)
                for name in ("linux-6.1", "linux-6.12")]
    rates = matching(rb"byteorder [^\n]*\n( +\d of 3 [^\n]*(little-endian|"
                     rb"big-endian|no answer: [^%]*)\n)+in brackets.*\n")
    for form, operands, missing in (
            ("--json", question, json_missing), ("--times=3", question, rates),
            ("--explain", question, None),
            ("--tap", profiles[:1] + question,
             matching(rb"ok 1 - byteorder( # SKIP [^\n]*)?\n1\.\.1\n")),
            ("--diff", profiles[:1] + question, None),
            ("--diff", profiles, None), ("--matrix", profiles, None)):
        yield Run("sockprobe %s%s" % (form, ", two profiles" if operands is
                                      profiles else ""),
                  ["sockprobe", form] + operands, {0, 1, 2}, missing=missing,
                  is_reported=operands is profiles)
    yield FileRun("sockprobe --html", ["sockprobe", "--html", REPORT] +
                  question, {0, 2}, matching(rb"<!DOCTYPE html>.*byteorder.*"
                                             rb"</html>\n"))


def all_runs(peers):
    yield from server_runs()
    yield from fault_runs()
    yield from client_runs(peers)
    yield from probe_runs(peers)
