"""proxy - between a program and PostgreSQL, to lose the answer of a COMMIT.

A client's COMMIT either reaches the server and only the answer is lost (`answer`), or the client is cut off before the
server gets it, and the server commits while the client already starts over (`late`). Both are what a network does.
"""

import os
import socket
import threading
import time

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


class Proxy:
    """Cuts every `every`-th COMMIT, `cuts` times in all; use it as a context."""

    def __init__(self, how, every=3, cuts=4, late_s=0.4):
        self.how, self.every, self.left, self.late_s = how, every, cuts, late_s
        self.seen = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.listener.getsockname()

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *ignored):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{os.environ['PGHOST']}/.s.PGSQL.{os.environ['PGPORT']}")
            threading.Thread(target=self.forth, args=(client, server), daemon=True).start()
            threading.Thread(target=self.back, args=(client, server), daemon=True).start()

    def cut_now(self, data):
        if not data.endswith(COMMIT):
            return False
        with self.lock:
            self.seen += 1
            if self.left == 0 or self.seen % self.every:
                return False
            self.left -= 1
            return True

    def forth(self, client, server):
        try:
            while data := client.recv(1 << 16):
                if self.cut_now(data):
                    self.cut(client, server, data)
                    return
                server.sendall(data)
        except OSError:
            pass
        finally:
            close(client, server)

    def cut(self, client, server, data):
        shut(client)
        if self.how == "late":
            time.sleep(self.late_s)
        server.sendall(data)
        time.sleep(0.2)  # the server has committed before it learns that nobody listens

    def back(self, client, server):
        try:
            while data := server.recv(1 << 16):
                client.sendall(data)
        except OSError:
            pass


def shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def close(*sockets):
    for sock in sockets:
        shut(sock)
        sock.close()
