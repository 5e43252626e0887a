"""stage - what the fault tests share: a population in Kafka, databases to fuse it into, and how to compare them.

One population is published per topic prefix; each case fuses it into a fresh database of its own, however badly that
goes, and must come to the state that an undisturbed instance comes to. Offsets live in the database, so the same
topics serve any number of cases.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("OLIVE_BUILD", ROOT / "build"))

# All that must not depend on what happened on the way: not how many segments, flushes or epochs it took.
STATE = {
    "profiles": "SELECT count(*), md5(string_agg(encode(digest, 'hex'), '' ORDER BY kind, household)) FROM olive.profile",
    "subjects": "SELECT count(*), sum(record_count), md5(string_agg(concat(token, as_of, record_count, record_sum, digest),"
    " '' ORDER BY token)) FROM olive.subject",
    "evidence": "SELECT sum(records), count(DISTINCT subject) FROM olive.evidence",
    "offsets": "SELECT string_agg(concat_ws(' ', topic, partition, next_offset, cut, records, distinct_records, repeated,"
    " quarantined), E'\\n' ORDER BY topic, partition) FROM olive.topic_offset",
    "quarantine": 'SELECT md5(string_agg(concat_ws(\' \', topic, partition, "offset"), \'\' ORDER BY topic, partition,'
    ' "offset")) FROM olive.quarantine',
    "receipts": "SELECT count(*), sum(published) FROM olive.delivery",
    "periods": "SELECT string_agg(concat_ws(' ', period, state, coverage), ', ' ORDER BY period) FROM olive.period",
    "seals": "SELECT string_agg(concat_ws(' ', period, root, households, evidence_count, evidence_digest, cut), ', '"
    " ORDER BY period) FROM olive.seal",
    "sealed": "SELECT count(*), md5(string_agg(encode(digest, 'hex'), '' ORDER BY period, kind, household))"
    " FROM olive.profile_seal",
    "portraits": "SELECT count(*), md5(string_agg(p::text, '' ORDER BY period, kind, region, industry, \"group\", band))"
    " FROM olive.portrait p",
}
# Of it, what names no offset: the same however the records lie in the log.
CORE = {
    **{name: STATE[name] for name in ["profiles", "subjects", "evidence", "receipts", "periods", "sealed", "portraits"]},
    "roots": "SELECT string_agg(concat_ws(' ', period, root, households, evidence_count, evidence_digest), ', '"
    " ORDER BY period) FROM olive.seal",
}
# Holds of one database by itself, whatever it is compared with: the query finds nothing.
BROKEN = {
    "a subject's count is that of its evidence": "SELECT FROM olive.subject s FULL JOIN (SELECT subject, sum(records) AS n"
    " FROM olive.evidence GROUP BY subject) e ON e.subject = s.token WHERE s.record_count IS DISTINCT FROM e.n",
    "what was read is what was kept": "SELECT FROM (SELECT sum(distinct_records) AS n FROM olive.topic_offset WHERE topic"
    " NOT LIKE '%delivery.v1') t WHERE t.n <> (SELECT sum(records) FROM olive.evidence)",
}


class Tap:
    """Claims as TAP lines; the reasons go to stderr."""

    count = failed = 0

    def ok(self, claim, holds, why=""):
        self.count += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.count} - {claim}", flush=True)
        if not holds and why:
            print(f"# {claim}: {why}", file=sys.stderr, flush=True)

    def end(self):
        print(f"1..{self.count}")
        sys.exit(self.failed > 0)


class Stage:
    """A population of its own, and programs at work on it. Use it as a context: nothing is left running."""

    def __init__(self, name, seed=1, subjects=600, records=25, partitions=4):
        self.name = f"{name}{os.getpid()}"
        self.work = Path(tempfile.mkdtemp(prefix=f"olive-{name}."))
        self.population = [str(seed), str(subjects), str(records)]
        self.partitions = partitions
        self.databases = []
        self.running = []

    def __enter__(self):
        self.template = self.database("template")
        url = f"db:pg://{os.environ['PGUSER']}@/{self.template}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}"
        run(["sqitch", "--chdir", ROOT / "schema", "--quiet", "deploy", url])
        self.publish(*self.population)
        return self

    def __exit__(self, *ignored):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        with contextlib.suppress(RuntimeError):
            for database in self.databases:
                psql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", "postgres")
        shutil.rmtree(self.work, ignore_errors=True)

    # --- the log ---

    def topic(self, source):
        return f"{self.name}.olive.{source}.v1"

    def publish(self, seed, subjects, records):
        run([BUILD / "tests/faults/random_feed", self.config(self.template), seed, subjects, records])

    def hand(self, command, source, *numbers, lines=""):
        """Does to the log what no program of ours would (tests/faults/log_hand.c)."""
        return run([BUILD / "tests/faults/log_hand", self.config(self.template), command, self.topic(source), *numbers],
                   input=lines).strip()

    # --- databases ---

    def database(self, case, template=None):
        name = f"{self.name}_{case}".replace("-", "_")
        psql(f"CREATE DATABASE {name} {f'TEMPLATE {template}' if template else ''}", "postgres")
        self.databases.append(name)
        return name

    def fresh(self, case):
        return self.database(case, self.template)

    def config(self, database, host=None, port=None, member=None, options="", **more):
        """A configuration for one database; values of `more` go under fuse. A `member` that comes back takes its
        partitions at once; without one the group waits 6 s for the dead."""
        path = self.work / f"{database}-{time.monotonic_ns()}.yaml"
        fuse = {"flush_records": 1000, "flush_ms": 20, "flush_ms_max": 40, **more}
        path.write_text(
            f'region: "330305"\n'
            f"topics: {{prefix: {self.name}., partitions: {self.partitions}}}\n"
            f'kafka: {{bootstrap.servers: "{os.environ["KAFKA_BOOTSTRAP"]}", session.timeout.ms: "6000"'
            f"{f', group.instance.id: {member}' if member else ''}}}\n"
            f'postgres: {{host: "{host or os.environ["PGHOST"]}", port: "{port or os.environ["PGPORT"]}",'
            f" user: {os.environ['PGUSER']}, dbname: {database}, options: \"{options}\"}}\n"
            f'period: {{first: "2025-11"}}\n'
            f"policy: {ROOT}/deploy/policy/330305.yaml\n"
            f"fuse: {{{', '.join(f'{key}: {value}' for key, value in fuse.items())}}}\n"
        )
        return path

    # --- programs ---

    def start(self, config, *arguments, fault=None, log="fuse"):
        """olive-fuse in the background; its log lies beside the configuration."""
        environment = {**os.environ, "OLIVE_FAULT": fault} if fault else dict(os.environ)
        with open(self.work / f"{log}.log", "ab") as output:
            process = subprocess.Popen(
                [BUILD / "daemon/fuse/olive-fuse", "--config", config, *arguments],
                env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            )
        self.running.append(process)
        return process

    def begin(self, config, *words, fault=None):
        """The command olive in the background."""
        process = subprocess.Popen([BUILD / "daemon/cli/olive", *words, "--config", config], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, env={**os.environ, "OLIVE_FAULT": fault} if fault else None)
        self.running.append(process)
        return process

    def olive(self, config, *words, fault=None):
        """The command olive; its exit code and what it printed."""
        environment = {**os.environ, "OLIVE_FAULT": fault} if fault else dict(os.environ)
        done = subprocess.run([BUILD / "daemon/cli/olive", *words, "--config", config], env=environment, text=True,
                              capture_output=True, timeout=180)
        return done.returncode, done.stdout.strip()

    def finish(self, config, limit_s=180):
        """An undisturbed instance up to the end; its exit code."""
        return self.wait(self.start(config, "--until-end"), limit_s)

    def wait(self, process, limit_s=180):
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return "did not end"

    def log(self, name="fuse", lines=12):
        path = self.work / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines if lines else None:]) if path.exists() else ""


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def psql(sql, database):
    return run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", sql, database]).strip()


def ask(questions, database):
    """Answers to several questions by name, from one psql: a process a question costs more than the answer."""
    words = [word for sql in questions.values() for word in ("-c", sql, "-c", r"\echo =")]
    answers = run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", *words, database]).split("\n=\n")
    return dict(zip(questions, answers))


def state(database):
    return ask(STATE, database)


def core(database):
    return ask(CORE, database)


def differences(got, wanted):
    """For people: which parts of `wanted` differ, both values cut to a readable length."""
    return "; ".join(f"{name}: {got[name][:400]!r} is not {wanted[name][:400]!r}" for name in wanted if got[name] != wanted[name])


def broken(database):
    counts = ask({rule: f"SELECT count(*) FROM ({sql}) b" for rule, sql in BROKEN.items()}, database)
    return [rule for rule, count in counts.items() if count != "0"]


def same(tap, claim, database, wanted, why=""):
    """The one claim of every case: the same state (or core) as undisturbed, and whole in itself."""
    difference = differences(state(database) | core(database), wanted)
    rules = broken(database)
    tap.ok(claim, not difference and not rules, f"{difference} {rules} {why}")


def until(condition, limit_s=180, every_s=0.02):  # only a failure waits so long
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(every_s)
    return False


def progress(database):
    """Records that are committed."""
    return int(psql("SELECT coalesce(sum(next_offset), 0) FROM olive.topic_offset", database))


def stop(process):
    process.send_signal(signal.SIGSTOP)


def stopped(process):
    """Waits until it has stopped itself at a fault point."""
    return until(lambda: Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T")


def go_on(process):
    process.send_signal(signal.SIGCONT)
