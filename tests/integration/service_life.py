#!/usr/bin/env python3
"""service_life - both daemons as a service manager sees them: readiness, watchdog, reload, stop, metrics, health."""

import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import BUILD, Failed, Scenario  # noqa: E402
from stage import Tap  # noqa: E402

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
BANK = "id_no,account_no,bank_code,balance,balance_date\n"
PATIENCE_S = 60  # for what must come; nothing here depends on how soon it does
WATCHDOG_US = 2000000
LARGE = 60000


def id_no(number):
    """A number that nobody has: area 990001, with its check character."""
    body = f"990001{1950 + number % 50}0101{number % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def bank_lines(first, count):
    return BANK + "".join(f"{id_no(i)},62{i:06d},ICBC,{i}.50,2025-11-30\n" for i in range(first, first + count))


def until(what, condition):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise Failed(f"{what}: did not come within {PATIENCE_S} s")


class Unix(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_S)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def get(address, path):
    """Status and text; an address is a socket's path or a port."""
    connection = Unix(address) if isinstance(address, Path) else http.client.HTTPConnection("127.0.0.1", address, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def samples(text):
    """Every sample of /metrics by its name and labels; what is none is an error."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = re.fullmatch(r'([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (-?[0-9.]+)', line)
        if not match:
            raise Failed(f"no sample: {line}")
        found[match[1]] = float(match[2])
    return found


class Service:
    """A daemon under a manager: what it says on NOTIFY_SOCKET, in order, and its log."""

    def __init__(self, program, config, folder, fault=None):
        self.name = Path(program).name
        self.log_path = Path(folder, f"{self.name}-{secrets.token_hex(3)}.log")
        self.heard = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = f"@olive-service-test-{secrets.token_hex(6)}"
        self.socket.bind("\0" + address[1:])
        environment = {**os.environ, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(WATCHDOG_US),
                       **({"OLIVE_FAULT": fault} if fault else {})}
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([str(BUILD / program), "--config", str(config)], env=environment, stderr=log,
                                            stdout=log)
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.socket.close()

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                self.heard.append(self.socket.recv(4096).decode())

    def log(self):
        return self.log_path.read_text("utf-8")

    def hear(self, word, after=0):
        """Index of the first message that begins with the word."""
        def find():
            if self.process.poll() is not None and not any(m.startswith(word) for m in self.heard[after:]):
                raise Failed(f"{self.name} ended with {self.process.returncode} without {word}: {self.log()[-2000:]}")
            found = [i for i, message in enumerate(self.heard[after:], after) if message.startswith(word)]
            return [found[0]] if found else None
        return until(f"{self.name}: {word}", find)[0]

    def read(self, words, after=0):
        """Waits for a line of the log with all of the words."""
        words = [words] if isinstance(words, str) else words
        return until(f"{self.name}: {words} in the log", lambda: [line for line in self.log()[after:].splitlines()
                                                                  if all(word in line for word in words)])[0]

    def reload(self):
        """Index of READY behind the RELOADING that the signal brings."""
        after = len(self.heard)
        self.process.send_signal(signal.SIGHUP)
        return self.hear("READY=1", self.hear("RELOADING=1", after))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self):
        code = self.process.wait(PATIENCE_S)
        with contextlib.suppress(Failed):
            self.hear("STOPPING=1")
        return code

    def stopped(self):
        """Waits until a fault point has stopped it (SIGSTOP)."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        until(f"{self.name} is stopped", lambda: stat.read_text().rsplit(") ", 1)[1].startswith("T"))


class Office(Scenario):
    """A feed `bank`, and more of them when a test adds some."""

    def __init__(self):
        self.made = tempfile.TemporaryDirectory(prefix="olive-service-test.")
        scenario = {"region": "330305", "received": [], "questions": [], "feeds": {"bank": self.bank()}}
        Path(self.made.name, "scenario.json").write_text(json.dumps(scenario), "utf-8")
        super().__init__(self.made.name)
        self.extra = {}
        self.prepare()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.socket = self.work / "metrics.sock"
        self.write_options()

    @staticmethod
    def bank(**dialect):
        return {"source": "deposit", "mode": "delta", "dialect": dialect}

    def close(self):
        super().close()
        self.made.cleanup()

    def write_options(self):
        super().write_options()
        if not hasattr(self, "port"):
            return
        options = json.loads(self.config.read_text("utf-8"))
        options["connect"] |= {"metrics": f"unix:{self.socket}", "scan_ms": 50}
        options["fuse"]["metrics"] = f"127.0.0.1:{self.port}"
        for feed in options["feeds"].values():
            feed["ready"] = "rename"
        options.update(self.extra)
        self.config.write_text(json.dumps(options, ensure_ascii=False), "utf-8")

    def configure(self, **feeds):
        """These feeds; each has an inbox."""
        self.feeds = feeds
        for name in feeds:
            (self.work / "inbox" / name).mkdir(parents=True, exist_ok=True)
        self.write_options()

    def put(self, feed, name, data):
        """Whole at once: renamed into the inbox."""
        part = self.work / "part"
        part.write_bytes(data if isinstance(data, bytes) else data.encode())
        part.rename(self.work / "inbox" / feed / name)

    def records(self):
        return [json.loads(line)["record"] for line in self.olive("cat", "deposit").splitlines()]

    def metrics(self):
        return samples(get(self.socket, "/metrics")[1])

    def connect(self, fault=None):
        return Service("connectors/olive-connect", self.config, self.work, fault)

    def fuse(self):
        return Service("daemon/fuse/olive-fuse", self.config, self.work)


def lines(feed, result):
    return f'olive_connect_lines_total{{feed="{feed}",result="{result}"}}'


# ---- olive-connect ----

def starts_and_counts(tap, office, connect):
    tap.ok("olive-connect is ready once its feeds are open", connect.hear("READY=1") >= 0)
    tap.ok("it feeds the watchdog, also when there is nothing to do",
           connect.hear("WATCHDOG=1", connect.hear("WATCHDOG=1") + 1) > 0)
    until("health", lambda: get(office.socket, "/healthz") == (200, "ok\n"))
    tap.ok("/healthz is ok", get(office.socket, "/healthz") == (200, "ok\n"))
    shown = office.metrics()
    tap.ok("a feed's counters are there from the start, at 0", shown[lines("bank", "published")] == 0 and
           shown[lines("bank", "rejected")] == 0 and 'olive_connect_bytes_total{feed="bank"}' in shown, shown)
    text = bank_lines(1, 40) + "990001195001010011,62,ICBC,1,2025-11-30\n" + f"{id_no(7)},1,ICBC,x,2025-11-30\n"
    office.put("bank", f"{id_no(3)}-wang.csv", text)
    connect.read("delivery-published: bank")
    office.put("bank", "again.csv", text)
    connect.read("delivery-duplicate: bank")
    until("counts", lambda: office.metrics()[lines("bank", "duplicate")] == 42)
    shown = office.metrics()
    tap.ok("lines are counted by what became of them", [shown[lines("bank", word)] for word in
           ("published", "dead_lettered", "duplicate", "obsolete", "rejected")] == [40, 2, 42, 0, 0], shown)
    tap.ok("so are deliveries, bytes and reasons", shown['olive_connect_deliveries_total{feed="bank",state="published"}'] == 1 and
           shown['olive_connect_deliveries_total{feed="bank",state="duplicate"}'] == 1 and
           shown['olive_connect_bytes_total{feed="bank"}'] == 2 * len(text) and
           shown['olive_connect_dead_letters_total{feed="bank",reason="BAD_AMOUNT"}'] == 1, shown)
    tap.ok("the last success is told in Unix time, and nothing waits", 0 <= time.time() -
           shown['olive_connect_last_success_timestamp_seconds{feed="bank"}'] < 3600 and
           shown['olive_connect_files_waiting{feed="bank"}'] == 0 and
           shown['olive_connect_delivery_lag_seconds{feed="bank"}'] == 0 and
           shown["olive_connect_producer_queue_messages"] == 0, shown)
    named = " ".join(shown)
    tap.ok("no metric has a file name, a path or an ID number", not re.search(r"wang|csv|/|[0-9]{17}[0-9X]", named), named)
    tap.ok("the status says how it goes", any("1 feeds; 2 deliveries, 0 of them rejected" in m for m in connect.heard),
           connect.heard)


def follows_configuration(tap, office, connect):
    bank = office.bank()
    office.configure(bank=bank, other=office.bank(delimiter="|"))
    connect.reload()
    connect.read(["reloaded", "2 feeds: 1 added, 0 removed, 0 changed"])
    reloading = next(message for message in connect.heard if message.startswith("RELOADING=1"))
    tap.ok("SIGHUP: it says that it reloads, since when, and then that it is ready",
           re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]*", reloading), reloading)
    office.put("other", "a.csv", bank_lines(100, 5).replace(",", "|"))
    tap.ok("a new feed starts", connect.read("delivery-published: other"))
    office.configure(bank=bank, other=office.bank(delimiter=";"))
    connect.reload()
    connect.read(["reloaded", "0 added, 0 removed, 1 changed"])
    office.put("other", "b.csv", bank_lines(200, 5).replace(",", ";"))
    until("the changed feed", lambda: office.metrics()[lines("other", "published")] == 10)
    tap.ok("a changed one is opened anew, and its counters go on", office.metrics()[lines("other", "rejected")] == 0)

    good = office.config.read_text("utf-8")
    cases = [
        ("a key that nobody knows", {"feed": {}}, "unknown key feed"),
        ("an inbox that is not there", {"feeds": {"bank": {"source": "deposit", "inbox": "/nowhere"}}}, "/nowhere"),
        ("a column of another source", {"feeds": {"bank": {"source": "deposit", "inbox": str(office.work / "inbox/bank"),
                                                           "columns": {"a": "plate_no"}}}}, "plate_no is no column"),
    ]
    for what, options, why in cases:
        office.config.write_text(json.dumps(json.loads(good) | options), "utf-8")
        after = len(connect.log())
        connect.reload()
        line = connect.read(["reload-refused", why], after)
        tap.ok(f"{what}: the reload is refused, with its place", re.search(r"olive\.yaml:[0-9]+:[0-9]+: ", line), line)
    office.put("other", "c.csv", bank_lines(300, 5).replace(",", ";"))
    until("the old configuration", lambda: office.metrics()[lines("other", "published")] == 15)
    tap.ok("meanwhile the old one stays in force", office.metrics()['olive_connect_reloads_total{result="refused"}'] == 3)

    office.configure(bank=bank)
    office.extra = {"keys": {"token": "elsewhere", "dead_letter": "elsewhere"}}
    office.write_options()
    connect.reload()
    connect.read("feed-removed: other")
    tap.ok("a removed feed ends, and is in the metrics no more", until(
        "metrics without it", lambda: lines("bank", "published") in office.metrics() and not any("other" in name for name in
                                                                                                office.metrics())))
    tap.ok("what a reload cannot change is told", connect.read(["reload-partly", "keys.token has changed"]))
    office.extra = {}
    office.put("other", "d.csv", bank_lines(400, 5))
    office.put("bank", "d.csv", bank_lines(500, 5))
    connect.read(["delivery-published: bank", "5 lines"])
    tap.ok("its inbox is left alone", (office.work / "inbox/other/d.csv").exists())
    code = connect.stop()
    tap.ok("SIGTERM: it says that it stops, and ends with 0", code == 0 and "STOPPING=1" in connect.heard, (code, connect.heard))
    tap.ok("its socket goes with it", not office.socket.exists())


# ---- a delivery under way ----

def finishes_what_is_under_way(tap, office):
    office.configure(bank=office.bank(), old=office.bank())
    office.put("old", "long.csv", bank_lines(1000, 3000))
    with office.connect("connect-line:1500:600000") as connect:  # waits there until it is killed
        connect.hear("READY=1")
        shown = until("the delivery", lambda: (lambda now: now if now['olive_connect_delivery_lag_seconds{feed="old"}'] else None)(
            office.metrics()))
        tap.ok("a delivery under way is a file that waits, and has a lag", shown['olive_connect_files_waiting{feed="old"}'] == 1 and
               shown[lines("old", "published")] == 0, shown)
    with office.connect("connect-line:1500:stop") as connect:
        connect.stopped()
        office.configure(bank=office.bank())
        connect.process.send_signal(signal.SIGHUP)
        connect.process.send_signal(signal.SIGCONT)
        connect.read("feed-removed: old")
        log = connect.log()
        tap.ok("a feed removed in the middle of a delivery finishes it first",
               0 < log.find("delivery-published: old: sequence 1: 3000 lines = 3000 published") < log.find("feed-removed: old"), log)
        connect.stop()


def resumes_what_was_stopped(tap, office):
    before = len(office.records())
    office.configure(large=office.bank())
    office.put("large", "large.csv", bank_lines(0, LARGE))
    with office.connect(f"connect-line:{LARGE // 2}:stop") as connect:
        connect.stopped()
        connect.process.send_signal(signal.SIGTERM)
        connect.process.send_signal(signal.SIGCONT)
        code = connect.ended()
        tap.ok("SIGTERM in the middle of a large delivery ends it cleanly", code == 0 and "STOPPING=1" in connect.heard and
               "asked to stop" in connect.log() and "delivery-" not in connect.log(), (code, connect.log()))
    between = len(office.records()) - before
    tap.ok("a part of it is in the log", 0 < between < LARGE, between)
    office.configure(bank=office.bank())
    with office.connect() as connect:
        line = connect.read("feed-left: large")
        tap.ok("started without its feed: one line says what to do", "configure the feed again" in line, line)
        office.configure(bank=office.bank(), large=office.bank())
        connect.reload()
        tap.ok("with its feed back the delivery goes on", connect.read(
            ["delivery-published: large", f"{LARGE} lines = {LARGE} published + 0 dead-lettered"]))
        until("metrics", lambda: office.metrics()[lines("large", "published")] == LARGE)
        tap.ok("its lines are counted once", office.metrics()['olive_connect_bytes_total{feed="large"}'] > LARGE)
        connect.stop()
    records = office.records()
    tap.ok("no line is lost", len({record["id"] for record in records}) == before + LARGE, len(records))
    tap.ok("and none is there twice", len(records) == before + LARGE, len(records))


# ---- refusals ----

def refuses(tap, office):
    cases = [("0.0.0.0:9464", "no loopback address"), ("unix:metrics.sock", "absolute path"), ("9464", "must be a loopback")]
    for program in ("connectors/olive-connect", "daemon/fuse/olive-fuse"):
        group = "connect" if "connect" in program else "fuse"
        for listen, why in cases:
            done = subprocess.run([BUILD / program, "--config", office.config, "--set", f"{group}.metrics={listen}"],
                                  capture_output=True, text=True, timeout=PATIENCE_S)
            tap.ok(f"{group}.metrics: {listen} is refused, exit 78", done.returncode == 78 and why in done.stderr and
                   f"--set {group}.metrics" in done.stderr, (done.returncode, done.stderr))


# ---- olive-fuse ----

def fuses(tap, office):
    with office.fuse() as fuse:
        tap.ok("olive-fuse is ready once it is connected", fuse.hear("READY=1") >= 0)
        tap.ok("it feeds the watchdog from its loop", fuse.hear("WATCHDOG=1", fuse.hear("WATCHDOG=1") + 1) > 0)
        records = len(office.records())

        def caught_up():
            shown = samples(get(office.port, "/metrics")[1])
            return shown if shown["olive_fuse_results_total{result=\"distinct\"}"] >= records and \
                shown["olive_fuse_lag_records"] == 0 and shown["olive_fuse_partitions"] == office.partitions else None
        shown = until("olive-fuse has caught up", caught_up)
        tap.ok("/metrics balances: records = distinct + repeated + quarantined", shown["olive_fuse_records_total"] ==
               sum(shown[f'olive_fuse_results_total{{result="{word}"}}'] for word in ("distinct", "repeated", "quarantined")), shown)
        tap.ok("it tells rows, flushes, cache, period and version", shown["olive_fuse_rows_written_total"] > 0 and
               shown["olive_fuse_flushes_total"] > 0 and shown["olive_fuse_cache_bytes"] > 0 and
               shown['olive_fuse_open_period_info{period="2025-01"}'] == 1 and
               any(name.startswith("olive_fuse_build_info") for name in shown), shown)
        tap.ok("/healthz is ok", get(office.port, "/healthz") == (200, "ok\n"))
        tap.ok("all else is not there", get(office.port, "/")[0] == 404)
        office.extra = {"log": {"format": "json"}}
        office.write_options()
        fuse.reload()
        line = fuse.read("reloaded")
        tap.ok("SIGHUP: the log's level and format are taken anew", json.loads(line)["event"] == "reloaded", line)
        office.config.write_text("region: 1", "utf-8")
        fuse.reload()
        tap.ok("a bad configuration is refused, with its place", "olive.yaml:1:9" in fuse.read("reload-refused"))
        code = fuse.stop()
        tap.ok("SIGTERM: it says that it stops, and ends with 0", code == 0 and "STOPPING=1" in fuse.heard, (code, fuse.log()))


def main():
    tap = Tap()
    with Office() as office:
        with office.connect() as connect:
            starts_and_counts(tap, office, connect)
            follows_configuration(tap, office, connect)
        finishes_what_is_under_way(tap, office)
        resumes_what_was_stopped(tap, office)
        refuses(tap, office)
        fuses(tap, office)
    tap.end()


if __name__ == "__main__":
    main()
