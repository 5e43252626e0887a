"""department - a department's own systems, made for a test: a table in a database, read through an ODBC driver, and an HTTP
server that behaves as badly as it is told to."""

import contextlib
import http.server
import json
import os
import secrets
import sqlite3
import ssl
import subprocess
import threading
import urllib.parse
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


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *ignored):
        pass

    def do_GET(self):  # noqa: N802
        self.server.asked.append((self.path, dict(self.headers)))
        with contextlib.suppress(ConnectionError, TimeoutError, ssl.SSLError):
            self.server.answer(self)
            self.wfile.flush()

    def say(self, body, status=200, **headers):
        """A whole answer; an object becomes JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def parameters(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *ignored):
        """Clients that hang up amid an answer are what is tested."""


class Server:
    """An HTTP server on this machine whose answers a test writes: answer(handler). asked: path and headers of each request."""

    def __init__(self, answer, certificate=None):
        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.answer, self.server.asked = answer, []
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.server.shutdown()
        self.server.server_close()

    @property
    def asked(self):
        return self.server.asked

    def answer_with(self, answer):
        self.server.answer = answer
        self.server.asked.clear()

    def url(self, path="/", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}{path}"


def certificate(folder, name, host):
    """(certificate, key) of an authority of its own, which vouches for nobody else."""
    paths = Path(folder, f"{name}.pem"), Path(folder, f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={host}", "-addext", f"subjectAltName={'IP' if host[0].isdigit() else 'DNS'}:{host}",
                    "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths
