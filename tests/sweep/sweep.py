# sweep.py - every system call and every allocation of a usual run fails in turn
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: python3 sweep.py [--every=N] [--jobs=N] [--only=PATTERN]
                        [--calls=PATTERN] [--kind=calls|allocations|pairs]
                        [--sample] [--list]

--sample leaves out runs that take seconds, and EINTR for ever: on a busy host
such failures are a millisecond apart, as signals may be, and a program rightly
continues.  --kind=pairs lets two calls fail in each run, one of them close, or
a call that reads or writes.

In the folder with the built programs.  Which calls a run makes is taken from a
trace; which errnos a call may return stands in the file errnos.  Each fault is
a run of its own: the call fails the first time, the second, or from the first
time on, in each process of the run.  Calls fail by strace, close and
allocations by failing.so.

After each run: no process was killed by a signal or is left, the run ended
within its time and its processor time, the status is a documented one, a
failure has a sentence, success has the data, a file that is replaced is the
old one or complete, no other file is left.  Prints TAP, one
test for the faults of a run of one kind, and the number of faults."""

import argparse
import concurrent.futures
import collections
import ctypes
import mmap
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import runs

HERE = os.path.dirname(os.path.abspath(__file__))
STOPPED = 60.0      # seconds to end after SIGTERM
SLOW = 5.0          # a client of a server that is faulty all the time
CPU = 4.0           # seconds of processor time
TRACE_MAX = 200000  # lines of a call that fails for ever
FAILING = os.path.join(os.getcwd(), "tests/sweep/.libs/failing.so")
# A message that names no reason.
EMPTY_WORDS = re.compile(rb": Success|[Ee]rror 0\b|\(null\)|errno 0\b")
# A process was killed when its call was to fail.
STRACE_FAILS = re.compile(rb"strace: Failed to tamper with process .*\n")
SANITIZER = re.compile(rb"AddressSanitizer|LeakSanitizer|runtime error:")
KILLED = re.compile(r"\+\+\+ killed by (SIG\w+)")

# ALSO is a second Fault, or None.
Fault = collections.namedtuple("Fault", "seam call error when also",
                               defaults=(None,))
# The second of a pair.
PAIRED = ("close", "read", "recvfrom", "recvmsg", "sendmsg", "sendto", "write")
# The errnos of a pair, as far as the calls have them.
PAIR_ERRNOS = ("EINTR", "EIO", "ENOMEM", "EINVAL")


def parts_of(fault):
    """The one or two faults of a run; none for None."""
    while fault:
        yield fault
        fault = fault.also


def fault_text(fault):
    return " and ".join("%s %s %s" % (part.call, part.error, part.when)
                        for part in parts_of(fault))


# ---- one run -----------------------------------------------------------------


class Result:
    """What a run left behind."""

    def __init__(self):
        self.status = None
        self.cpu = 0.0
        self.time = 0.0
        self.out = b""
        self.replaced = None  # the file of a FileRun, if there is one
        self.errors = b""
        self.trace = []
        self.trace_count = 0
        self.client_errors = []
        self.problems = []
        self.injected = False
        self.by_library = False  # the C library ended the process
        self.allocations = 0
        self.closes = 0


class Pipe(threading.Thread):
    """Reads to the end, so that no writer blocks."""

    def __init__(self, limit):
        super().__init__(daemon=True)
        self.read_end, self.write_end = os.pipe()
        self.limit = limit
        self.data = bytearray()
        self.lines = 0
        self.more = threading.Condition()

    def begun(self):
        os.close(self.write_end)
        self.start()

    def run(self):
        while True:
            piece = os.read(self.read_end, 65536)
            with self.more:
                self.lines += piece.count(b"\n")
                if len(self.data) < self.limit:
                    self.data += piece
                if not piece:
                    self.read_end_closed = True
                self.more.notify_all()
            if not piece:
                os.close(self.read_end)
                return

    def wait_for(self, expression, seconds):
        """The match of EXPRESSION, or None at the end or after SECONDS."""
        limit = time.monotonic() + seconds
        with self.more:
            while True:
                found = re.search(expression, self.data)
                left = limit - time.monotonic()
                if found or left <= 0 or not self.is_alive():
                    return found
                self.more.wait(min(left, 0.2))


class Execution:
    """A Run under a Fault, in a folder of its own."""

    def __init__(self, run, fault, scratch, number, tracing):
        self.run, self.fault, self.tracing = run, fault, tracing
        self.tag = "%d.%d" % (os.getpid(), number)
        self.folder = os.path.join(scratch, str(number))
        os.mkdir(self.folder)
        self.state = os.path.join(scratch, "%d.state" % number)
        self.result = Result()
        self.port = None
        self.stream = None  # to the server of a connection

    def environment(self):
        env = dict(os.environ, SWEEP=self.tag, LC_ALL="C", TMPDIR=self.folder,
                   ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=%d"
                   % (not self.strace()), UBSAN_OPTIONS="print_stacktrace=1")
        for name in ("MAKEFLAGS", "MFLAGS", "NOTIFY_SOCKET", "LISTEN_FDS"):
            env.pop(name, None)
        if os.path.exists(FAILING):
            env["LD_PRELOAD"] = FAILING
            env["FAILING_STATE"] = self.state
            for part in parts_of(self.fault):
                if part.seam == "alloc":
                    env["FAILING_ALLOC"] = part.when
                if part.seam == "close":
                    env["FAILING_CLOSE"] = "%s,%d" % (
                        part.when, number_of(part.error))
        return env

    def strace(self):
        return self.tracing or any(part.seam == "strace"
                                   for part in parts_of(self.fault))

    def prefix(self, trace):
        if not self.strace():
            return []
        command = ["strace", "-D", "-f", "-q", "-o",
                   "/proc/self/fd/%d" % trace.write_end]
        env = self.environment()
        for name in ("LD_PRELOAD", "FAILING_STATE", "FAILING_ALLOC",
                     "FAILING_CLOSE"):
            if name in env:
                command += ["-E", "%s=%s" % (name, env[name])]
        injected = [part for part in parts_of(self.fault)
                    if part.seam == "strace"]
        if injected:
            command += ["--seccomp-bpf", "-e", "trace=" +
                        ",".join(part.call for part in injected)]
        for part in injected:
            command += ["-e", "inject=%s:error=%s:when=%s" % (
                part.call, part.error, part.when)]
        return command

    def execute(self):
        with open(self.state, "wb") as state:
            state.write(bytes(4096))
        out = Pipe(1 << 20)
        errors = Pipe(1 << 20)
        trace = Pipe(1 << 22)
        env = self.environment()
        command = self.prefix(trace) + [
            os.path.join(os.getcwd(), self.run.command[0])]
        command += self.run.command[1:]
        preload = env.get("LD_PRELOAD")
        if self.strace() or self.run.starter:
            env.pop("LD_PRELOAD", None)
        if self.run.starter and preload and not self.strace():
            command = ["env", "LD_PRELOAD=" + preload] + command
        command = self.run.starter + command
        if self.run.replaced_missing:
            with open(os.path.join(self.folder, runs.REPORT), "wb") as file:
                file.write(runs.OLD)
        begun = time.monotonic()
        stdin = self.open_stdin()
        process = subprocess.Popen(
            command, stdin=stdin, stdout=out.write_end,
            stderr=errors.write_end, cwd=self.folder, env=env,
            pass_fds=[trace.write_end], start_new_session=True)
        stdin.close()
        for pipe in (out, errors, trace):
            pipe.begun()
        if self.run.server:
            self.be_client(process, errors)
        self.wait(process, STOPPED if self.run.server else self.run.deadline)
        self.result.time = time.monotonic() - begun
        self.check_rest((out, errors, trace))
        self.result.out = bytes(out.data)
        self.result.errors = STRACE_FAILS.sub(b"", bytes(errors.data))
        self.result.trace = trace.data.decode(errors="replace").splitlines()
        self.result.trace_count = trace.lines
        self.read_state()
        self.take_replaced()
        self.check()
        return self.result

    def open_stdin(self):
        if self.run.pass_socket:
            return self.run.pass_socket(self)
        stdin = tempfile.TemporaryFile()
        stdin.write(self.run.stdin)
        stdin.seek(0)
        return stdin

    def take_replaced(self):
        """The file of a FileRun, away from what is left."""
        path = os.path.join(self.folder, runs.REPORT)
        if self.run.replaced_missing and os.path.exists(path):
            with open(path, "rb") as file:
                self.result.replaced = file.read()
            os.unlink(path)

    def be_client(self, process, errors):
        pattern = rb"listening on .* port (\d+)|127\.0\.0\.1:(\d+)" \
            rb"|listening on .*socket"
        found = self.run.pass_socket or errors.wait_for(pattern, SLOW)
        if not found:
            self.wait_for_handler(process)
            found = errors.wait_for(pattern, SLOW)
        lasting = any(part.when.endswith("+")
                      for part in parts_of(self.fault))
        if found:
            if not self.run.pass_socket:
                self.port = int(found[1] or found[2] or 0)
            for client in self.run.clients:
                try:
                    client(self, 1.0 if lasting else SLOW)
                except runs.Wrong as wrong:
                    self.result.problems.append(str(wrong))
                except (OSError, EOFError) as error:
                    self.result.client_errors.append(repr(error))
        elif process_runs(process.pid):
            self.result.client_errors.append("it did not listen")
        if self.stream and not lasting:
            if not ends_within(process.pid, SLOW):
                self.result.problems.append("it does not end with its client")
        elif self.run.pass_socket:
            self.wait_for_handler(process)
        if process_runs(process.pid):
            os.kill(process.pid, signal.SIGTERM)

    def wait_for_handler(self, process):
        """Until SIGTERM no longer kills the process, or it has ended: on a
        busy machine it has hardly begun when others listen."""
        limit = time.monotonic() + STOPPED
        while not catches(process.pid, signal.SIGTERM) and \
                time.monotonic() < limit and not ends_within(process.pid, 0.1):
            pass

    def wait(self, process, seconds):
        if not ends_within(process.pid, seconds):
            self.result.problems.append("no end within %d s" % seconds)
            stack = read_file("/proc/%d/wchan" % process.pid)
            self.result.problems.append("it was in " + stack)
            self.kill_rest()
            os.kill(process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.result.status = process.returncode
        self.result.cpu = usage.ru_utime + usage.ru_stime

    def check_rest(self, pipes):
        """Nothing that the run started holds a pipe any more."""
        limit = time.monotonic() + STOPPED
        for pipe in pipes:
            pipe.join(max(0.0, limit - time.monotonic()))
            if pipe.is_alive():
                left = self.kill_rest()
                self.result.problems.append("processes are left: %s" % left)
                pipe.join(5)

    def kill_rest(self):
        """Kill what has the tag of this run in its environment."""
        return kill_tagged(re.escape(self.tag) + "$")

    def read_state(self):
        with open(self.state, "rb") as state:
            counters = struct.unpack("4q", state.read(32))
        self.result.allocations, failed = counters[0], counters[1]
        self.result.closes, closed = counters[2], counters[3]
        self.result.injected = failed + closed > 0 or any(
            "(INJECTED)" in line for line in self.result.trace)
        os.unlink(self.state)

    def check(self):
        result, problems = self.result, self.result.problems
        for line in result.trace:
            found = KILLED.search(line)
            if found and found[1] not in self.run.killed and \
                    not self.run.killed_usually:
                problems.append("a process was killed by " + found[1])
        # A server that fails has given back the handlers before it ends.
        if result.status == -signal.SIGTERM and self.run.server and \
                result.errors:
            result.status = 2
        if result.status in (-signal.SIGABRT, -signal.SIGSEGV) and any(
                part.call in self.run.library_ends
                for part in parts_of(self.fault)):
            result.by_library = True
            problems.clear()
        elif result.status < 0:
            problems.append("killed by signal %d" % -result.status)
        elif result.status not in self.run.statuses:
            problems.append("status %d is not documented" % result.status)
        if result.cpu > CPU:
            problems.append("%.1f s of processor time" % result.cpu)
        if result.trace_count > TRACE_MAX and \
                not shell_tries_again(self.fault, result) and \
                not mkstemp_tries_again(self.fault) and \
                not lookup_tries_again(self.run, self.fault):
            problems.append("%d calls" % result.trace_count)
        if result.status > 0 and not result.errors.strip() and \
                not (self.run.is_reported and result.out.strip()) and \
                not stderr_fails(self.fault) and \
                not (self.run.complains and self.fault and
                     self.fault.call == "write") and \
                not reader_ended(self.fault):
            problems.append("status %d without a sentence" % result.status)
        for words in (EMPTY_WORDS, SANITIZER):
            found = words.search(result.errors + result.out)
            if found:
                problems.append("it prints %r" % found[0].decode())
        left = os.listdir(self.folder)
        if left and b"cannot remove" not in result.errors and \
                not is_no_removal(self.fault) and \
                not (self.fault and self.fault.also and
                     stderr_fails(self.fault)):
            problems.append("files are left: %s" % left)
        shutil.rmtree(self.folder)


def kill_tagged(pattern):
    """Kill each process whose SWEEP matches PATTERN.  Returns their names."""
    killed = []
    expression = re.compile(("SWEEP=" + pattern).encode())
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as file:
                if not any(expression.match(variable)
                           for variable in file.read().split(b"\0")):
                    continue
            killed.append(read_file("/proc/%s/comm" % pid))
            os.kill(int(pid), signal.SIGKILL)
        except OSError:
            continue
    return killed


def number_of(error):
    import errno
    return getattr(errno, error)


def read_file(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError as error:
        return str(error)


def process_runs(pid):
    return read_file("/proc/%d/stat" % pid).rpartition(")")[2][:2] not in (
        " Z", " X", "")


def ends_within(pid, seconds):
    """Whether the process, a child, ends; it stays a zombie."""
    handle = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    is_ended = bool(poller.poll(seconds * 1000))
    os.close(handle)
    return is_ended


def catches(pid, signo):
    """Whether the process has a handler of the signal."""
    found = re.search(r"SigCgt:\s*(\w+)", read_file("/proc/%d/status" % pid))
    return bool(found) and int(found[1], 16) >> (signo - 1) & 1 == 1


def stderr_fails(fault):
    """A sentence cannot be written where writing fails for ever."""
    return any(part.call in ("write", "writev", "sendto", "dup2", "dup3") and
               part.when.endswith("+") for part in parts_of(fault))


def is_no_removal(fault):
    """A folder that cannot be removed stays; so does a file, where removing
    pretends that there is none."""
    return any(part.call == "rmdir" or part.error == "ENOENT" and
               part.call in ("unlink", "unlinkat") for part in parts_of(fault))


def shell_tries_again(fault, result):
    """dash opens the file of a redirection, and writes a message, until there
    is no EINTR; the program kills it.  The trace may lack its end."""
    if not any(part.call in ("open", "openat", "write") and
               part.error == "EINTR" for part in parts_of(fault)):
        return False
    # A call that is resumed has two lines.
    found = sum(1 + ("unfinished" in line) for line in result.trace
                if '"/dev/null", O_WRONLY|O_CREAT|O_TRUNC' in line or
                'write(2, "sh: ' in line)
    return result.trace_count * (1 - found / len(result.trace)) < TRACE_MAX


def mkstemp_tries_again(fault):
    """The C library tries 238328 names while each one exists."""
    return any(part.call == "openat" and part.error == "EEXIST" and
               part.when.endswith("+") for part in parts_of(fault))


def lookup_tries_again(run, fault):
    """glibc reads the replies of its netlink socket again until there is no
    EINTR; the program ends the lookup."""
    return isinstance(run, runs.LookupRun) and any(
        part.call == "recvmsg" and part.error == "EINTR" and
        part.when.endswith("+") for part in parts_of(fault))


def reader_ended(fault):
    """Documented: if the reader ends early, the rest of a report is dropped."""
    return any(part.call in ("write", "sendto") and
               part.error in ("EPIPE", "ECONNRESET")
               for part in parts_of(fault))


def is_empty_queue(fault):
    """EAGAIN of accept is how a kernel reports an empty queue."""
    return any(part.call in ("accept", "accept4") and part.error == "EAGAIN"
               for part in parts_of(fault))


def is_closed_link(fault):
    """ENOENT of a link in /proc/PID/fd is how a kernel reports a descriptor
    that was closed meanwhile."""
    return any(part.call == "readlinkat" and part.error == "ENOENT"
               for part in parts_of(fault))


def is_interrupted_for_ever(fault):
    return any(part.error == "EINTR" and part.when.endswith("+")
               for part in parts_of(fault))


def is_missing_call(fault):
    """How a kernel reports that it has no io_uring, or forbids it."""
    return any(part.call == "io_uring_setup" and
               part.error in ("ENOSYS", "EPERM") for part in parts_of(fault))


def replaced_missing(run, usual, result, fault):
    """What is wrong with the file of a FileRun, or None."""
    if result.replaced is None:
        return "the file is gone"
    if result.replaced == runs.OLD:
        return "status 0, but the file is the old one" \
            if result.status == 0 else None
    missing = run.replaced_missing(usual.replaced, result.replaced,
                                   result.errors, [part.error for part in
                                                   parts_of(fault)])
    return missing and "in the file " + missing


# ---- which faults ------------------------------------------------------------


def read_errnos():
    """From the file errnos: call -> list of errnos; none: with a reason."""
    table = {}
    with open(os.path.join(HERE, "errnos")) as file:
        for line in file:
            words = line.partition("#")[0].split()
            if words and words[0].endswith(":"):
                errnos = table[words.pop(0)[:-1]] = []
            if words:
                errnos += words
    return table


def traced_calls(trace):
    """Of a trace: call -> [calls of the loader, the most of a process]."""
    loader, counts = collections.Counter(), collections.defaultdict(
        collections.Counter)
    first, marked = None, False
    for line in trace:
        found = re.match(r"(\d+) +(?:<\.\.\. )?(\w+)(\(| resumed)", line)
        if not found or found[3] != "(":
            continue
        pid, call = found[1], found[2]
        first = first or pid
        counts[pid][call] += 1
        if pid == first and not marked:
            loader[call] += 1
            marked = "FAILING_MARK" in line
    calls = {}
    if not marked:
        loader.clear()
    for pid, counter in counts.items():
        for call, count in counter.items():
            base = loader[call]
            if count > (base if pid == first else 0):
                most = max(calls.get(call, (0, 0))[1], count - base)
                calls[call] = (base, most)
    return calls


def faults_of_calls(calls, errnos, unknown):
    """Each call, each errno, the first time, the second, and always."""
    for call in sorted(calls):
        base, most = calls[call]
        if call not in errnos:
            unknown.add(call)
        for error in errnos.get(call, []):
            seam = "close" if call == "close" else "strace"
            if seam == "close":
                base = 0
            yield Fault(seam, call, error, str(base + 1))
            if most > 1:
                yield Fault(seam, call, error, str(base + 2))
                yield Fault(seam, call, error, "%d+" % (base + 1))


def faults_of_pairs(calls, errnos):
    """Each call with each of PAIRED, both the first time or both always."""
    def part(call, always, also=None):
        seam = "close" if call == "close" else "strace"
        base = 0 if seam == "close" else calls[call][0]
        error = next(error for error in PAIR_ERRNOS + (errnos[call][0],)
                     if error in errnos[call])
        return Fault(seam, call, error, "%d%s" % (base + 1, "+" * always),
                     also)

    known = [call for call in sorted(calls) if errnos.get(call)]
    for call in known:
        for second in PAIRED:
            if second in known and second != call and \
                    not (call in PAIRED and call < second):
                for always in (False, True):
                    yield part(call, always, part(second, always))


def faults_of_allocations(count):
    for number in range(1, count + 1):
        yield Fault("alloc", "malloc", "ENOMEM", str(number))
        yield Fault("alloc", "malloc", "ENOMEM", "%d+" % number)


# ---- the sweep ---------------------------------------------------------------


class Peers:
    """Servers without a fault, for the clients and for listeners."""

    def __init__(self, scratch):
        self.processes, self.names = [], {}
        self.scratch = scratch
        self.start("echo", ["echosrv", "-4", "-p", "0"])
        self.start("daytime", ["daytimesrv", "-4", "-p", "0"])
        self.names["unix"] = os.path.join(scratch, "peer")
        self.start(None, ["echosrv", "-U", self.names["unix"]])
        self.names["profile"] = os.path.join(scratch, "profile")
        with open(self.names["profile"], "wb") as file:
            subprocess.run(["./backlogprobe", "-4", "-b", "0-1", "--profile",
                            "--no-incomplete"], stdout=file, check=True)

    def start(self, name, command):
        log = os.path.join(self.scratch, "peer-%d.log" % len(self.processes))
        with open(log, "wb") as file:
            self.processes.append(subprocess.Popen(
                ["./" + command[0]] + command[1:], stderr=file))
        limit = time.monotonic() + STOPPED
        while time.monotonic() < limit:
            found = re.search(r"port (\d+).*\n|listening on [^1].*\n",
                              read_file(log) + "\n")
            if found:
                self.names[name] = found[1]
                return
            time.sleep(0.01)
        raise SystemExit("Bail out! no peer: " + read_file(log))

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait()


class Sweep:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.errnos = read_errnos()
        self.numbers = iter(range(1, 1 << 30))
        self.lock = threading.Lock()
        self.unknown = set()
        self.tests = self.injected = self.failed = self.missed = 0
        self.by_library = 0
        self.kinds = collections.Counter()
        self.position = 0

    def execute(self, run, fault, tracing=False):
        with self.lock:
            number = next(self.numbers)
        return Execution(run, fault, self.scratch, number, tracing).execute()

    def judge(self, run, usual, fault):
        """What is wrong with RUN under FAULT."""
        result = self.execute(run, fault)
        if run.replaced_missing:
            missing = replaced_missing(run, usual, result, fault)
            if missing:
                result.problems.append(missing)
        # The usual status is 1 where a comparison finds a difference.
        if result.status in (0, usual.status) and not run.server and \
                not reader_ended(fault) and not is_empty_queue(fault) and \
                not is_closed_link(fault) and not is_missing_call(fault):
            missing = run.missing(usual.out, result.out, result.errors,
                                  [part.error for part in parts_of(fault)])
            if missing:
                result.problems.append("status %d, but %s" %
                                       (result.status, missing))
        if run.server and run.served and not fault.also and \
                fault.error in run.transient and \
                fault.call in runs.REPEATED and \
                not fault.when.endswith("+") and result.client_errors:
            result.problems.append("a client was not served: " +
                                   result.client_errors[0])
        if result.problems:
            self.report_problems(run, fault, result)
        return result

    def choose(self, faults):
        """Every n-th, counted over all runs."""
        chosen = []
        for fault in faults:
            if self.position % self.options.every == 0 and not (
                    self.options.sample and is_interrupted_for_ever(fault)):
                chosen.append(fault)
            self.position += 1
        return chosen

    def report(self, name, results):
        problems = [fault for fault, result in results if result.problems]
        injected = sum(result.injected for _, result in results)
        with self.lock:
            self.tests += 1
            self.injected += injected
            self.failed += len(problems)
            self.by_library += sum(result.by_library for _, result in results)
            self.missed += len(results) - injected
            print("%sok %d - %s: %d faults" % (
                "not " if problems else "", self.tests, name, injected))
            sys.stdout.flush()

    def report_problems(self, run, fault, result):
        """At once: a sweep takes hours, and may be stopped."""
        lines = result.errors.decode(errors="replace").splitlines()
        with self.lock:
            print("#   %s: %s: status %s, %.1f s: %s" % (
                run.name, fault_text(fault), result.status, result.time,
                "; ".join(result.problems)))
            for line in lines[-3:]:
                print("#     | " + line)
            sys.stdout.flush()

    def learn(self, run):
        """Run without a fault, then traced: what is usual, and the calls."""
        run.killed_usually = True
        usual = self.execute(run, None)
        traced = self.execute(run, None, tracing=True)
        run.killed_usually = False
        for what, result in (("alone", usual), ("traced", traced)):
            if result.status > 1 and not run.complains:
                result.problems.append("status %d" % result.status)
            for problem in result.problems:
                raise SystemExit("Bail out! %s, without a fault, %s: %s" % (
                    run.name, what, problem))
        run.killed |= set(KILLED.findall("\n".join(traced.trace)))
        run.served = not traced.client_errors
        return usual, traced_calls(traced.trace)

    def sweep(self, run, usual, calls, pool):
        faults = {
            "calls": list(faults_of_calls(calls, self.errnos, self.unknown)),
            "allocations": list(faults_of_allocations(usual.allocations)),
            "pairs": list(faults_of_pairs(calls, self.errnos)),
        }
        if self.options.calls:
            for kind in ("calls", "pairs"):
                faults[kind] = [fault for fault in faults[kind] if
                                re.fullmatch(self.options.calls, fault.call)]
        for kind, kind_faults in faults.items():
            if (self.options.kind or kind) != kind:
                continue
            chosen = self.choose(kind_faults)
            if self.options.list:
                for fault in chosen:
                    print("# %s: %s" % (run.name, fault_text(fault)))
                continue
            if not chosen:
                continue
            found = pool.map(lambda fault: self.judge(run, usual, fault),
                             chosen)
            self.report("%s: %s" % (run.name, kind),
                        list(zip(chosen, found)))

    def all(self, peers):
        chosen = [run for run in runs.all_runs(peers.names)
                  if re.search(self.options.only, run.name) and
                  (run.sample or not self.options.sample)]
        pool = concurrent.futures.ThreadPoolExecutor(self.options.jobs)
        try:
            for run, (usual, calls) in zip(
                    chosen, list(pool.map(self.learn, chosen))):
                self.sweep(run, usual, calls, pool)
        except BaseException:
            # Stopped: no further run, and those in progress end.
            pool.shutdown(wait=False, cancel_futures=True)
            kill_tagged("%d[.]" % os.getpid())
            raise
        pool.shutdown()
        print("1..%d" % self.tests)
        if self.unknown:
            print("# calls without an entry in errnos: " +
                  " ".join(sorted(self.unknown)))
        print("# %d faults injected in %d runs of programs, %d failures; "
              "%d calls did not happen again; %d processes were ended by the C "
              "library" % (self.injected, len(chosen), self.failed,
                           self.missed, self.by_library))
        return self.failed == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=8 * os.cpu_count())
    parser.add_argument("--only", default="")
    parser.add_argument("--calls", default="")
    parser.add_argument("--kind", default="")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(99))
    with tempfile.TemporaryDirectory(prefix="sonde-sweep.") as scratch:
        peers = Peers(scratch)
        try:
            good = Sweep(options, scratch).all(peers)
        finally:
            peers.stop()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
