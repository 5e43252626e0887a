#!/usr/bin/env python3
"""http_feeds - feeds that are asked of an HTTP server: paging, patience, and a server that misbehaves in every way."""

import contextlib
import email.utils
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from department import Server, certificate  # noqa: E402
from desk import Desk, id_no  # noqa: E402
from scenario import BUILD, stack  # noqa: E402
from stage import Tap  # noqa: E402

PATIENCE_S = 60
PAGE_MIB = 64


def row(n, **more):
    return {"id_no": id_no(n), "account_no": f"62{n:06d}", "bank_code": "ICBC", "balance": f"{n}.25", "balance_date": "2025-11-30",
            **more}


def rows(first, count):
    return [row(n) for n in range(first, first + count)]


class Asked:
    """A server and a desk whose feed `bank` asks it; options() changes how."""

    def __init__(self, stack_of, answer=None, pair=None, **options):
        self.server = stack_of.enter_context(Server(answer or (lambda request: request.say(rows(1, 3))), pair))
        self.desk = stack_of.enter_context(Desk(bank={"http": {"url": self.server.url()}, **options}))

    def ask(self, answer, path="/", host="127.0.0.1", **http):
        """The next run asks in this way, and is answered so."""
        self.server.answer_with(answer)
        self.desk.feeds["bank"]["http"] = {"url": self.server.url(path, host), **http}
        self.desk.write_options()


def is_even(desk):
    desk.fuse()
    return desk.balanced()


def states(desk):
    return [(receipt["sequence"], receipt["state"], receipt["lines"], receipt["published"]) for receipt in desk.receipts()]


def last(desk):
    return states(desk)[-1:]


def refused(tap, claim, asked, *words, code=69):
    """One line says why, and nothing was taken."""
    before = len(asked.desk.receipts())
    got, log = asked.desk.once()
    lines = [line for line in log.splitlines() if "fetch-failed" in line]
    tap.ok(claim, got == code and len(lines) == 1 and all(word in lines[0] for word in words) and
           len(asked.desk.receipts()) == before and not list(asked.desk.state("bank", "fetched").iterdir()), f"{got} {log[-1500:]}")


def takes(tap, claim, asked, sequence, lines):
    code, log = asked.desk.once()
    tap.ok(claim, code == 0 and last(asked.desk) == [(sequence, "published", lines, lines)], f"{code} {last(asked.desk)} {log[-1200:]}")


# ---- what comes ----

def pages(tap, asked):
    takes(tap, "an answer that is a list is a delivery", asked, 1, 3)

    def by_url(request):
        page = int(request.parameters().get("p", 1))
        request.say({"data": {"items": rows(100 + 2 * page, 2)}, "paging": {"next": f"?p={page + 1}" if page < 3 else None}})

    asked.ask(by_url, "/list", rows="data.items", next="paging.next")
    takes(tap, "pages that name the next one by its URL", asked, 2, 6)

    def by_cursor(request):
        place = request.parameters().get("after", "")
        following = {"": "a&b=余", "a&b=余": "ende"}.get(place, "")
        request.say({"items": rows(200 + 10 * len(place), 2), "next": following})

    asked.ask(by_cursor, "/list?size=2", rows="items", next="next", cursor="after")
    takes(tap, "or by a value, which is escaped", asked, 3, 6)
    tap.ok("and the other parameters stay", all("size=2" in path for path, _ in asked.server.asked), asked.server.asked)

    def by_count(request):
        page = int(request.parameters()["page"])
        request.say({"items": rows(300 + 5 * page, 2) if page < 4 else []})

    asked.ask(by_count, "/list?page=0", rows="items", page="page")
    takes(tap, "or that are counted until one is empty", asked, 4, 8)
    tap.ok("from the number that the URL has", [path for path, _ in asked.server.asked] == [f"/list?page={i}" for i in range(5)],
           asked.server.asked)

    def elsewhere(request):
        if request.path == "/old":
            request.say(b"", 302, Location="/new")
        else:
            request.say(rows(400, 1))

    asked.ask(elsewhere, "/old")
    takes(tap, "a redirect on the same host is followed", asked, 5, 1)


def conditional(tap, asked):
    def tagged(request):
        if request.headers.get("If-None-Match") == '"eins"':
            request.say(b"", 304)
        else:
            request.say(rows(500, 2), ETag='"eins"')

    asked.ask(tagged, "/tagged")
    takes(tap, "an answer with a tag is taken", asked, 6, 2)
    code, log = asked.desk.once()
    tap.ok("and not sent again while it stands", code == 0 and len(states(asked.desk)) == 6 and len(asked.server.asked) == 2 and
           "If-None-Match" in asked.server.asked[1][1], log[-800:])

    def dated(request):
        if request.headers.get("If-Modified-Since"):
            request.say(b"", 304)
        else:
            request.say(rows(510, 2), Last_Modified="Fri, 05 Dec 2025 09:00:00 GMT")

    asked.ask(dated, "/dated")
    takes(tap, "so is one with a date", asked, 7, 2)
    code, _ = asked.desk.once()
    tap.ok("which is asked about, too", code == 0 and len(states(asked.desk)) == 7 and
           asked.server.asked[1][1].get("If-Modified-Since") == "Fri, 05 Dec 2025 09:00:00 GMT", asked.server.asked)
    asked.ask(lambda request: request.say(rows(510, 2)), "/untagged")
    asked.desk.once(code=0)
    tap.ok("the same bytes without either are nothing new", len(states(asked.desk)) == 7, states(asked.desk)[6:])


def bad_rows(tap, asked):
    good = row(600)
    asked.ask(lambda request: request.say([good, 7, "余", [1], None, row(601, balance={"fen": 1}), row(602, balance=None),
                                           row(603, balance=5.5), {**row(604), "note": {"x": []}}]), "/bad")
    code, log = asked.desk.once_with("feeds.bank.ignore=note")
    reasons = sorted(letter["olive.reason"] for letter in asked.desk.dead().values())
    tap.ok("a row that is none, is nested or lacks what must be is a dead letter, the others go on",
           code == 0 and last(asked.desk) == [(8, "published", 9, 3)] and reasons == ["BAD_COLUMN_COUNT"] * 5 + ["MISSING"],
           f"{last(asked.desk)} {reasons} {log[-600:]}")


# ---- a server in trouble ----

def patience(tap, asked):
    def after(count, status, first, **headers):
        left = [count]

        def answer(request):
            left[0] -= 1
            if left[0] >= 0:
                request.say(b"", status, **{name: value() if callable(value) else value for name, value in headers.items()})
            else:
                request.say(rows(first, 1))
        return answer

    asked.ask(after(2, 500, 700))
    takes(tap, "a server that fails twice is asked a third time", asked, 9, 1)
    asked.ask(after(1, 429, 701, Retry_After="2"))
    began = time.monotonic()
    takes(tap, "one that asks for time gets it", asked, 10, 1)
    waited = time.monotonic() - began
    asked.ask(after(1, 503, 702, Retry_After=lambda: email.utils.formatdate(time.time() + 3, usegmt=True)))
    began = time.monotonic()
    takes(tap, "until a date, too", asked, 11, 1)
    tap.ok("not sooner than it says", waited >= 2 and time.monotonic() - began >= 1.5, waited)
    asked.ask(after(9, 429, 703, Retry_After="3600"))
    refused(tap, "one that asks for an hour is left alone", asked, "429")
    tap.ok("after one request", len(asked.server.asked) == 1, asked.server.asked)
    asked.ask(after(99, 502, 704))
    refused(tap, "one that fails again and again is given up", asked, "502")
    tap.ok("after five requests", len(asked.server.asked) == 5, asked.server.asked)


def head(request, *lines):
    request.wfile.write(("HTTP/1.1 200 OK\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode())
    request.close_connection = True


def endless_blanks(request):
    head(request, "Transfer-Encoding: chunked")
    blanks = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    for _ in range(5 << 10):  # 5 GB, unless somebody hangs up
        request.wfile.write(blanks)


def trickle(request):
    head(request, "Content-Length: 1000")
    for _ in range(60):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(1)


def half(request):
    head(request, "Content-Length: 100000")
    request.wfile.write(b'[{"id_no":"')


def half_chunk(request):
    head(request, "Transfer-Encoding: chunked")
    request.wfile.write(b"100\r\n[{")


def half_unsaid(request):
    head(request, "Connection: close")
    request.wfile.write(b'[{"id_no":"1"},')


def huge_header(request):
    head(request, *(f"X-{i}: {'x' * 8000}" for i in range(200)))


def round_and_round(request):
    page = request.parameters().get("p", "1")
    request.say({"items": rows(800 + int(page), 1), "next": "?p=" + {"1": "2", "2": "3", "3": "2"}[page]})


def misbehaviour(tap, asked):
    for claim, answer, http, words in [
            ("pages that lead back to one before", round_and_round, {"rows": "items", "next": "next"}, ["page 4 is page 2 again"]),
            ("a page that is the same under every number", lambda request: request.say(rows(810, 1)), {"page": "page"},
             ["page 2 is page 1 again"]),
            ("a connection that closes half-way", half, {}, ["page 1"]),
            ("amid a chunk", half_chunk, {}, ["page 1"]),
            ("without having said how long the answer is", half_unsaid, {}, ["is no whole JSON text"]),
            ("text that is no JSON", lambda request: request.say(b"<html>log in first</html>"), {}, ["is no whole JSON text"]),
            ("JSON without rows where they should be", lambda request: request.say({"data": []}), {"rows": "items"}, ["http.rows"]),
            ("an object where a list should be", lambda request: request.say({"items": {}}), {"rows": "items"}, ["no list"]),
            ("headers without end", huge_header, {}, ["page 1"]),
            ("a next page on another host", lambda request: request.say({"items": rows(820, 1), "next": "http://localhost:1/"}),
             {"rows": "items", "next": "next"}, ["another host"]),
            ("a redirect to another host", lambda request: request.say(b"", 302, Location="http://localhost:1/"), {}, ["another host"]),
            ("redirects without end", lambda request: request.say(b"", 302, Location="/again"), {}, ["302"]),
            ("a request that it does not allow", lambda request: request.say(b"secret", 401), {}, ["401", "http.token"]),
            ("5 GB of blanks", endless_blanks, {}, [f"over {PAGE_MIB} MiB"])]:
        asked.ask(answer, **http)
        refused(tap, f"{claim}: one line, nothing taken", asked, *words)
    asked.desk.feeds["bank"] |= {"timeout": "2s"}
    asked.ask(trickle)
    refused(tap, "a byte a second: one line, nothing taken", asked, "timeout")
    del asked.desk.feeds["bank"]["timeout"]
    asked.desk.feeds["bank"] |= {"fetch_bytes_max": 2000}
    asked.ask(lambda request: request.say(rows(830 + 5 * int(request.parameters().get("page", 0)), 5)), page="page")
    refused(tap, "pages without end are given up at fetch_bytes_max", asked, "fetch_bytes_max")
    del asked.desk.feeds["bank"]["fetch_bytes_max"]
    asked.desk.feeds["bank"] |= {"time_limit": "1s"}

    def slow(request):
        time.sleep(0.4)
        request.say(rows(840 + int(request.parameters().get("page", 0)), 1))

    asked.ask(slow, page="page")
    refused(tap, "a read that takes too long is given up at time_limit", asked, "time_limit")
    del asked.desk.feeds["bank"]["time_limit"]
    asked.ask(lambda request: request.say(rows(850, 2)))
    takes(tap, "after all that, what is good is taken", asked, 12, 2)


# ---- secrets ----

def secrets_are_kept(tap, asked):
    token, headers = asked.desk.work / "api.token", asked.desk.work / "api.headers"
    for path, text in ((token, "geheim-1\n"), (headers, "X-Key: geheim-2\nX-Other: b\n")):
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
    asked.ask(lambda request: request.say(rows(900, 1)), token=str(token), headers=str(headers))
    code, log = asked.desk.once()
    sent = asked.server.asked[0][1]
    tap.ok("token and headers come from files, and are not said",
           code == 0 and sent.get("Authorization") == "Bearer geheim-1" and sent.get("X-Key") == "geheim-2" and "geheim" not in log,
           f"{code} {sent} {log[-500:]}")
    token.chmod(0o644)
    refused(tap, "a token that others can read is refused", asked, "chmod 0600")
    for claim, said, setting in [
            ("so is one that would travel in the clear", "https", "feeds.bank.http.url=http://example.org/"),
            ("a password in the URL is refused", "password", "feeds.bank.http.url=https://a:b@example.org/"),
            ("another scheme is refused", "https://", "feeds.bank.http.url=ftp://example.org/"),
            ("another format is refused", "json", "feeds.bank.format=csv"),
            ("two ways to the next page are refused", "one is enough", "feeds.bank.http.page=p")]:
        words = ["--set", "feeds.bank.http.next=n", "--set", setting] if "page" in setting else ["--set", setting]
        done = subprocess.run([BUILD / "daemon/cli/olive", "config", "check", "--config", asked.desk.config, *words],
                              capture_output=True, text=True)
        tap.ok(claim, done.returncode == 78 and said in done.stderr, f"{done.returncode} {done.stderr}")


def certificates(tap):
    with contextlib.ExitStack() as stack_of:
        folder = stack_of.enter_context(tempfile.TemporaryDirectory(prefix="olive-tls."))
        good, other = certificate(folder, "good", "127.0.0.1"), certificate(folder, "other", "department.example")
        asked = Asked(stack_of, pair=good)
        refused(tap, "a certificate that nobody vouches for: one line, nothing taken", asked, "http.ca")
        asked.ask(lambda request: request.say(rows(1, 2)), ca=str(good[0]))
        takes(tap, "one that http.ca vouches for is taken", asked, 1, 2)
        asked.ask(lambda request: request.say(b"", 302, Location=f"http://127.0.0.1:{asked.server.port}/"), ca=str(good[0]))
        refused(tap, "a redirect away from https is not followed", asked, "away from https")
        asked.desk.close()
        wrong = Asked(stack_of, pair=other)
        wrong.ask(lambda request: request.say(rows(1, 2)), ca=str(other[0]))
        refused(tap, "one of another host: one line, nothing taken", wrong, "page 1")


# ---- killed ----

def killed(tap):
    with contextlib.ExitStack() as stack_of:
        served = []

        def slow(request):
            page = int(request.parameters().get("page", 1))
            served.append(page)
            if page == 2:
                time.sleep(1)
            request.say(rows(10 * page, 3) if page < 4 else [])

        asked = Asked(stack_of, slow)
        asked.ask(slow, page="page")
        process = asked.desk.begin()
        end = time.monotonic() + PATIENCE_S
        while 2 not in served and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for point in ("fetch-read", "fetch-named", "fetch-placed"):
            code, log = asked.desk.once(point)
            tap.ok(f"killed at {point}", code == -signal.SIGKILL, log[-500:])
        takes(tap, "killed amid a read and at every step after it, it comes once", asked, 1, 9)
        asked.desk.once(code=0)
        tap.ok("and not again", len(states(asked.desk)) == 1 and len(asked.desk.ids("deposit")) == 9 and is_even(asked.desk),
               states(asked.desk))


def main():
    os.environ.pop("http_proxy", None)
    stack()
    tap = Tap()
    with contextlib.ExitStack() as stack_of:
        asked = Asked(stack_of)
        for test in (pages, conditional, bad_rows, patience, misbehaviour, secrets_are_kept):
            test(tap, asked)
        tap.ok("every line is accounted for", is_even(asked.desk))
    certificates(tap)
    killed(tap)
    tap.end()


if __name__ == "__main__":
    main()
