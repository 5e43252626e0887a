#!/usr/bin/env python3
"""keys - tokens by SM3 as well as by SHA-256, and processes that hold keys leave nothing of them behind."""

import hashlib
import hmac
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from desk import BANK, Desk, bank_lines, id_no  # noqa: E402
from scenario import BUILD  # noqa: E402
from stage import Tap  # noqa: E402


def token(desk, algorithm, kind, *parts):
    key = (desk.work / "token.key").read_bytes()
    return hmac.new(key, b"\0".join(part.encode() for part in (kind, *parts)), algorithm).digest()[:16].hex()


def hashes(tap):
    for name, algorithm in (("sha-256", "sha256"), ("sm3", "sm3")):
        with Desk() as desk:
            desk.put("bank", "a.csv", BANK + bank_lines(1, 2), sequence=1)
            desk.once_with(f"keys.hash={name}", code=0)
            wanted = {(token(desk, algorithm, "person", id_no(i)), token(desk, algorithm, "account", "ICBC", f"62{i:06d}"))
                      for i in (1, 2)}
            got = {(record["subject"], record["item"]) for record in desk.ids("deposit").values()}
            tap.ok(f"tokens by {name} are the HMAC that anybody can compute with the key", got == wanted, (got, wanted))
            said = desk.olive("token", "person", id_no(1), "--set", f"keys.hash={name}").split()[0]
            tap.ok(f"olive token says the same by {name}", said == token(desk, algorithm, "person", id_no(1)), said)


def running(desk):
    """A connector that has read its keys and waits for files."""
    process = subprocess.Popen([BUILD / "connectors/olive-connect", "--config", desk.config], stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2))
    desk.put("bank", "a.csv", BANK + bank_lines(1, 1), sequence=1)
    end = time.monotonic() + 60
    while time.monotonic() < end and not desk.receipts():
        time.sleep(0.05)
    return process


def memory(tap):
    with Desk() as desk:
        process = running(desk)
        proc = Path(f"/proc/{process.pid}")
        limits = [line.split() for line in proc.joinpath("limits").read_text().splitlines() if line.startswith("Max core file")]
        tap.ok("a process that holds keys may not leave a core dump", limits and limits[0][4:6] == ["0", "0"], limits)
        tap.ok("nor may another process of its user look into it",
               proc.joinpath("mem").stat().st_uid == 0 and proc.joinpath("environ").stat().st_uid == 0)
        if os.geteuid() == 0:
            flags = [line.split()[1:] for line in proc.joinpath("smaps").read_text().splitlines() if line.startswith("VmFlags:")]
            tap.ok("its keys lie in memory that is left out of dumps", any("dd" in words for words in flags), flags[:5])
        process.send_signal(signal.SIGSEGV)
        _, status = os.waitpid(process.pid, 0)
        tap.ok("crashed, it leaves none", os.WTERMSIG(status) == signal.SIGSEGV and not os.WCOREDUMP(status), status)
        process.returncode = -signal.SIGSEGV


def main():
    hashlib.new("sm3")  # OpenSSL has it
    tap = Tap()
    hashes(tap)
    memory(tap)
    tap.end()


if __name__ == "__main__":
    main()
