#!/usr/bin/env python3
"""odbc - feeds that are read from a department's database: PostgreSQL and SQLite, good and bad, killed at any moment."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from department import Postgres, Sqlite  # noqa: E402
from desk import Desk, id_no  # noqa: E402
from scenario import BUILD, stack  # noqa: E402
from stage import Tap  # noqa: E402

QUERY = "SELECT n, id_no, account_no, bank_code, balance, balance_date FROM account WHERE n > ? ORDER BY n"
KILLED = -signal.SIGKILL
POINTS = ["fetch-read", "fetch-noted", "fetch-named", "fetch-placed", "connect-claim", "connect-claimed", "connect-line",
          "connect-settling", "connect-settled"]
PATIENCE_S = 60


def account_table(database):
    database.sql(f"CREATE TABLE account (n {database.number} PRIMARY KEY, id_no {database.text}, account_no {database.text},"
                 f" bank_code {database.text}, balance numeric(15,2), balance_date {database.text}, note text)")


def add_accounts(database, first, count):
    values = ", ".join(f"({n}, '{id_no(n)}', '62{n:06d}', 'ICBC', {n}.25, '2025-11-30', NULL)" for n in range(first, first + count))
    database.sql(f"INSERT INTO account VALUES {values}")


def feed(database, query=QUERY, watermark="n", **options):
    """watermark None: all is read each time."""
    mark = {"watermark": watermark, "first": "0"} if watermark else {}
    return {"odbc": {"connection": database.connection, "query": query, **mark}, **options}


@contextlib.contextmanager
def stage(kind=Sqlite, count=10, host=None, port=None, roster=None, **options):
    """A database with a table of accounts, and a desk whose feed `bank` reads it."""
    with tempfile.TemporaryDirectory(prefix="olive-odbc.") as folder:
        with (kind(folder) if not host else kind(folder, host, port)) as database:
            account_table(database)
            if count:
                add_accounts(database, 1, count)
            with Desk(bank=feed(database, **options), roster=roster(database) if roster else None) as desk:
                yield database, desk


def is_even(desk):
    """P1 by the program's own account, once olive-fuse has read it all."""
    desk.fuse()
    return desk.balanced()


def states(desk, name="bank"):
    return [(receipt["sequence"], receipt["state"], receipt["lines"], receipt["published"]) for receipt in desk.receipts()
            if receipt["feed"] == name]


def refused(tap, claim, desk, *words, code=69):
    """One line says why, and nothing was taken."""
    before = len(desk.receipts())
    got, log = desk.once()
    lines = [line for line in log.splitlines() if "fetch-failed" in line]
    tap.ok(claim, got == code and len(lines) == 1 and all(word in lines[0] for word in words) and len(desk.receipts()) == before,
           f"{got} {log[-1500:]}")
    return lines[0] if lines else ""


# ---- what comes ----

def reads_what_is_new(tap, kind):
    with stage(kind) as (database, desk):
        first = desk.once(code=0)
        again = desk.once(code=0)
        add_accounts(database, 11, 5)
        desk.once(code=0)
        records = desk.ids("deposit").values()
        tap.ok(f"{kind.name}: the first read takes all, the second nothing, the third what is new",
               states(desk) == [(1, "published", 10, 10), (2, "published", 5, 5)] and len(records) == 15,
               f"{states(desk)} {first[1][-800:]} {again[1][-800:]}")
        tap.ok(f"{kind.name}: every line is accounted for, and nothing lies about",
               is_even(desk) and not list(desk.state("bank", "fetched").iterdir()), list(desk.state("bank", "fetched").iterdir()))


def takes_values_as_they_are(tap, kind):
    query = "SELECT id_no, account_no, bank_code, balance, balance_date, note FROM account ORDER BY n"
    odd = ["余额, \"引号\"", "a\nb\r\nc", "x" * 20000, "", None, "  "]
    with stage(kind, 0, query=query, watermark=None) as (database, desk):
        for n, note in enumerate(odd, 1):
            text = "NULL" if note is None else "'" + note.replace("'", "''") + "'"
            database.sql(f"INSERT INTO account VALUES ({n}, '{id_no(n)}', '账{n}', 'ICBC', {n}.50, '2025-11-30', {text})")
        database.sql(f"INSERT INTO account VALUES (90, '{id_no(90)}', '690', 'ICBC', NULL, '2025-11-30', 'x')")
        code, log = desk.once_with("feeds.bank.ignore=note")
        dead = [letter["olive.reason"] + " " + letter["olive.column"] for letter in desk.dead().values()]
        tap.ok(f"{kind.name}: quotes, line ends, long values and NULL arrive; a blank that must not be is a dead letter",
               code == 0 and states(desk) == [(1, "published", 7, 6)] and dead == ["MISSING balance"], f"{states(desk)} {dead} {log[-800:]}")
        code, log = desk.once_with("feeds.bank.ignore=note")
        tap.ok(f"{kind.name}: without a watermark, the same table again is nothing new", code == 0 and len(states(desk)) == 1, log[-800:])
        tap.ok(f"{kind.name}: every line is accounted for", is_even(desk))


def text_in_gb18030(tap):
    query = "SELECT id_no, account_no, bank_code, balance, balance_date FROM account"
    with stage(Sqlite, 1, query=query, watermark=None, dialect={"charset": "gb18030"}) as (database, desk):
        database.sql("UPDATE account SET account_no = CAST(x'D3E0B6EE' AS TEXT)")
        desk.once(code=0)
        tap.ok("text in GB18030 is taken where the feed says so", states(desk) == [(1, "published", 1, 1)], states(desk))


def a_list(tap):
    def roster(database):
        database.sql(f"CREATE TABLE member (id_no {database.text}, grp {database.text}, valid_from {database.text})")
        members(database, range(1, 6))
        return {"odbc": {"connection": database.connection,
                         "query": 'SELECT id_no, grp AS "group", valid_from FROM member ORDER BY id_no'}}

    def members(database, numbers):
        database.sql("DELETE FROM member;" + "".join(f"INSERT INTO member VALUES ('{id_no(n)}', 'dibao', '2025-01-01');" for n in numbers))

    with stage(Sqlite, 1, roster=roster) as (database, desk):
        desk.once(code=0)
        desk.once(code=0)
        tap.ok("a list that is the same is nothing new in its month",
               len([receipt for receipt in desk.receipts() if receipt["feed"] == "roster"]) == 1, desk.receipts())
        members(database, range(1, 5))
        desk.once(code=0)
        receipts = [receipt for receipt in desk.receipts() if receipt["feed"] == "roster"]
        tap.ok("a list is read whole each time, and ends what it lacks",
               [(receipt["published"], receipt["ended"]) for receipt in receipts] == [(5, 0), (4, 1)], receipts)
        members(database, [])
        refused(tap, "a list of nobody is not taken", desk, "a list of nobody would end everybody")
        tap.ok("every line is accounted for", is_even(desk))


# ---- what must not be taken ----

def bad_queries(tap, kind):
    with stage(kind) as (database, desk):
        for claim, query, words in [
                ("a table that is not there", QUERY.replace("account WHERE", "nowhere WHERE"), ["nowhere"]),
                ("rows that fall below their watermark", QUERY + " DESC", ["ORDER BY n"]),
                ("a query without its watermark", QUERY.replace("SELECT n,", "SELECT"), ["has no column n"]),
                ("a query that is none", "SELEC n FROM account WHERE n > ?", ["SQLSTATE"]),
                ("a query that writes", "DELETE FROM account WHERE n > ?", ["SQLSTATE"])]:
            desk.feeds["bank"]["odbc"]["query"] = query
            desk.write_options()
            refused(tap, f"{kind.name}: {claim}: one line, nothing taken", desk, *words)
        tap.ok(f"{kind.name}: nobody wrote to the database", len(database.rows("SELECT n FROM account")) == 10)
        desk.feeds["bank"]["odbc"]["query"] = QUERY
        desk.write_options()
        desk.once(code=0)
        tap.ok(f"{kind.name}: once it is right again, all of it comes", states(desk) == [(1, "published", 10, 10)] and is_even(desk),
               states(desk))


def columns_change(tap):
    query = "SELECT * FROM account WHERE n > ? ORDER BY n"
    with stage(Sqlite, query=query) as (database, desk):
        desk.once_with("feeds.bank.ignore=note", code=0)
        add_accounts(database, 11, 5)
        database.sql("ALTER TABLE account RENAME COLUMN balance TO saldo")
        line = refused(tap, "columns that changed between two reads: one line, nothing taken", desk, "new are saldo", "gone are balance")
        refused(tap, "and so at the next try", desk, "new are saldo")
        desk.feeds["bank"]["odbc"]["query"] = query.replace("*", "n, id_no, account_no, bank_code, saldo AS balance, balance_date")
        desk.write_options()
        desk.once(code=0)
        tap.ok("named in the query they are taken from where it had stopped",
               states(desk) == [(1, "published", 10, 10), (2, "published", 5, 5)] and is_even(desk), f"{states(desk)} {line}")


def rejected_is_read_again(tap):
    with stage(Sqlite, error_limit={"records": 0}) as (database, desk):
        database.sql("UPDATE account SET balance_date = 'never' WHERE n = 4")
        code, log = desk.once()
        tap.ok("a read over its error_limit is rejected whole", code == 65 and states(desk) == [(1, "rejected", 10, 0)], log[-800:])
        database.sql("UPDATE account SET balance_date = '2025-11-30' WHERE n = 4")
        add_accounts(database, 11, 1)
        desk.once(code=0)
        tap.ok("and its lines are read again, mended, with what has come since",
               states(desk)[1:] == [(1, "published", 11, 11)] and is_even(desk), states(desk))


class Silent:
    """A server that accepts and never says a word; or, between a client and PostgreSQL, falls silent after so many bytes."""

    def __init__(self, after=0):
        self.after = after
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.held.append(client)
                if self.after:
                    server = socket.socket(socket.AF_UNIX)
                    server.connect(f"{os.environ['PGHOST']}/.s.PGSQL.{os.environ['PGPORT']}")
                    self.held.append(server)
                    threading.Thread(target=self.pass_on, args=(client, server, None), daemon=True).start()
                    threading.Thread(target=self.pass_on, args=(server, client, self.after), daemon=True).start()

    def pass_on(self, source, target, left):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                if left is not None:
                    left -= len(data)
                    if left < 0:
                        return
                target.sendall(data)

    def close(self):
        self.listener.close()
        for held in self.held:
            held.close()


def hanging(tap):
    with stage(Postgres, timeout="1s") as (database, desk):
        desk.feeds["bank"]["odbc"]["query"] = "SELECT pg_sleep(60)::text, n FROM account WHERE n > ?"
        desk.write_options()
        refused(tap, "a query that does not come back is given up", desk, "timeout")
        desk.feeds["bank"]["odbc"]["query"] = QUERY
        desk.write_options()
        desk.once(code=0)
        tap.ok("the next read brings it all", states(desk) == [(1, "published", 10, 10)] and is_even(desk), states(desk))
    for claim, after in [("a database that accepts and says nothing", 0), ("one that falls silent amid its rows", 40000)]:
        silent = Silent(after)
        try:
            with stage(Postgres, 2000, "127.0.0.1", silent.port, timeout="1s") as (_, desk):
                began = time.monotonic()
                refused(tap, f"{claim} is given up", desk, "imeout")
                tap.ok("and soon", time.monotonic() - began < PATIENCE_S and not list(desk.state("bank", "fetched").iterdir()))
        finally:
            silent.close()


# ---- killed ----

def killed(tap):
    with stage(Sqlite) as (database, desk):
        desk.once(code=0)
        count, codes = 10, {}
        for point in POINTS:
            add_accounts(database, count + 1, 7)
            codes[point], _ = desk.once(point)
            add_accounts(database, count + 8, 3)
            count += 10
            desk.once(code=0)
            desk.once(code=0)
            published = sum(state[3] for state in set(states(desk)))  # a receipt may be said twice
            tap.ok(f"killed at {point}: nothing is lost, nothing comes twice",
                   codes[point] == KILLED and len(desk.ids("deposit")) == count and published == count,
                   f"{codes} {len(desk.ids('deposit'))} {states(desk)}")
        tap.ok("after all that every line is accounted for", is_even(desk), states(desk))


def killed_amid_a_read(tap):
    with stage(Postgres, timeout="1h") as (database, desk):
        desk.feeds["bank"]["odbc"]["query"] = QUERY.replace("SELECT n", "SELECT pg_sleep(0.5)::text AS slept, n")
        desk.write_options()
        process = desk.begin("--set", "feeds.bank.ignore=slept")
        os.kill(until(lambda: children(process.pid))[0], signal.SIGKILL)
        code = process.wait(PATIENCE_S)
        tap.ok("a reader that breaks down takes nobody along, and is told", code == 69 and "broke down" in desk.log(), desk.log()[-800:])
        process = desk.begin("--set", "feeds.bank.ignore=slept")
        child = until(lambda: children(process.pid))[0]
        process.kill()
        process.wait()
        tap.ok("killed amid a read, its reader ends with it", until(lambda: not Path(f"/proc/{child}/stat").exists() or zombie(child)))
        desk.feeds["bank"]["odbc"]["query"] = QUERY
        desk.write_options()
        desk.once(code=0)
        tap.ok("and the next start reads it all", states(desk) == [(1, "published", 10, 10)] and is_even(desk), states(desk))


def zombie(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] == "Z"
    return True


def children(pid):
    with contextlib.suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return []


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    return False


# ---- as a service ----

def as_a_service(tap):
    with stage(Sqlite, every="1s") as (database, desk):
        process = desk.begin("--set", "connect.scan_ms=100", once=False)
        try:
            came = until(lambda: len(desk.receipts()) == 1)
            add_accounts(database, 11, 5)
            more = until(lambda: len(desk.receipts()) == 2)
            database.sql("ALTER TABLE account RENAME TO hidden")
            told = until(lambda: "fetch-failed" in desk.log())
            database.sql("ALTER TABLE hidden RENAME TO account")
            add_accounts(database, 16, 1)
            back = until(lambda: len(desk.receipts()) == 3)
            process.send_signal(signal.SIGTERM)
            code = process.wait(PATIENCE_S)
        finally:
            process.kill()
            process.wait()
        tap.ok("as a service it asks again and again, tells of trouble once, and goes on by itself",
               came and more and told and back and code == 0 and is_even(desk), f"{came} {more} {told} {back} {code} {desk.log()[-1500:]}")
    with stage(Postgres, timeout="1h") as (database, desk):
        desk.feeds["bank"]["odbc"]["query"] = "SELECT pg_sleep(600)::text AS slept, n FROM account WHERE n > ?"
        desk.write_options()
        process = desk.begin(once=False)
        try:
            child = until(lambda: children(process.pid))
            desk.put("roster", "a.csv", f"id_no,group,valid_from\n{id_no(1)},dibao,2025-01-01\n", sequence=1)
            other = until(lambda: any(receipt["feed"] == "roster" for receipt in desk.receipts()))
            process.send_signal(signal.SIGTERM)
            code = process.wait(PATIENCE_S)
        finally:
            process.kill()
            process.wait()
        tap.ok("while one database does not answer, other feeds go on, and a stop waits for nobody",
               child and other and code == 0, f"{child} {other} {code} {desk.log()[-800:]}")


def configuration(tap):
    with stage(Sqlite) as (database, desk):
        def check(claim, said, *settings):
            words = [word for setting in settings for word in ("--set", setting)]
            done = subprocess.run([BUILD / "daemon/cli/olive", "config", "check", "--config", desk.config, *words], capture_output=True,
                                  text=True)
            tap.ok(claim, done.returncode == 78 and said in done.stderr, f"{done.returncode} {done.stderr}")

        check("a password in the connection is refused", "odbc.password", f"feeds.bank.odbc.connection={database.connection};PWD=x")
        check("so is a query without the ? of its watermark", "needs one ?", "feeds.bank.odbc.query=SELECT 1")
        check("so is a database and an inbox at once", "means nothing", "feeds.bank.inbox=/x")
        check("so is a database and a server at once", "one is enough", "feeds.bank.http.url=https://x/")
        shown = json.loads(desk.olive("config", "show", "--output", "json"))["feeds"]["bank"]
        tap.ok("what is shown has the feed as it is", shown["odbc"]["watermark"] == "n" and shown["every"] == "1h", shown)
        secret = desk.work / "secret"
        secret.write_text("geheim\n", "utf-8")
        secret.chmod(0o644)
        desk.feeds["bank"]["odbc"]["password"] = str(secret)
        desk.write_options()
        refused(tap, "a password that others can read is refused", desk, "chmod 0600")
        secret.chmod(0o600)
        code, log = desk.once()
        tap.ok("one that is kept is used, and not said", code == 0 and "geheim" not in log, log[-800:])


def main():
    stack()
    tap = Tap()
    for kind in (Sqlite, Postgres):
        reads_what_is_new(tap, kind)
        takes_values_as_they_are(tap, kind)
        bad_queries(tap, kind)
    text_in_gb18030(tap)
    a_list(tap)
    columns_change(tap)
    rejected_is_read_again(tap)
    hanging(tap)
    killed(tap)
    killed_amid_a_read(tap)
    as_a_service(tap)
    configuration(tap)
    tap.end()


if __name__ == "__main__":
    main()
