"""department - a department's own systems, made for a test: a table in a database, read through an ODBC driver."""

import os
import secrets
import sqlite3
import subprocess
from pathlib import Path

from scenario import Failed, psql

DRIVERS = Path("/usr/lib") / subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip() / "odbc"


class Sqlite:
    """A file with tables; sql() speaks to it, connection is how a feed does."""

    name = "SQLite"
    number, text = "INTEGER", "TEXT"

    def __init__(self, folder):
        self.path = Path(folder, "department.db")
        self.connection = f"Driver={DRIVERS}/libsqlite3odbc.so;Database={self.path};NoCreat=1"
        sqlite3.connect(self.path).close()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.path.unlink(missing_ok=True)

    def sql(self, text):
        with sqlite3.connect(self.path) as database:
            database.executescript(text)
        database.close()

    def rows(self, text):
        with sqlite3.connect(self.path) as database:
            found = database.execute(text).fetchall()
        database.close()
        return found


class Postgres:
    """A database of its own in the test's PostgreSQL."""

    name = "PostgreSQL"
    number, text = "bigint", "varchar(60)"

    def __init__(self, folder, host=None, port=None):
        self.database = f"department_{os.getpid()}_{secrets.token_hex(3)}"
        self.connection = (f"Driver={DRIVERS}/psqlodbcw.so;Server={host or os.environ['PGHOST']};"
                           f"Port={port or os.environ['PGPORT']};Database={self.database};UID={os.environ['PGUSER']}")

    def __enter__(self):
        psql(f"CREATE DATABASE {self.database}", "postgres")
        return self

    def __exit__(self, *ignored):
        psql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", "postgres")

    def sql(self, text):
        done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", self.database], input=text, capture_output=True, text=True)
        if done.returncode:
            raise Failed(done.stderr)
        return done.stdout.strip()

    def rows(self, text):
        return [tuple(line.split("|")) for line in self.sql(text).splitlines()]
