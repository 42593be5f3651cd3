"""Connections that mean no good, kept open in a process of their own.

`hostile_crowd.py PORT COUNT [CERTIFICATE]` opens COUNT of them from many loopback addresses, in
four kinds, opens again what the server closes, and prints `ready` once all are open.
"""
import collections
import errno
import itertools
import resource
import socket
import ssl
import sys
import time

PACE_S = 2  # between two bytes of a slow one
KINDS = ("slow header", "slow body", "never reads", "silent")
FIRST = {
    "slow header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
    "slow body": b"POST /api/v1/resolve HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
    "never reads": b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 20,
    "silent": b"",
}
sources = (f"127.1.{number // 250 % 250}.{number % 250 + 1}" for number in itertools.count())


class Hostile:
    """One connection of a kind."""

    def __init__(self, kind, port, context):
        self.kind, self.port, self.context = kind, port, context
        self.socket = None
        self.opened = 0

    def open(self):
        connection = socket.socket()
        if self.kind == "never reads":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.bind((next(sources), 0))
        connection.settimeout(30)
        connection.connect(("127.0.0.1", self.port))
        if self.context:
            connection = self.context.wrap_socket(connection)
        connection.setblocking(False)
        self.socket = connection
        self.opened += 1
        self._send(FIRST[self.kind])

    def _send(self, data):
        try:
            if data:
                self.socket.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.close()

    def step(self):
        """One more byte, or a look whether the server has ended it."""
        if self.socket is None:
            return
        if self.kind.startswith("slow"):
            self._send(b"a")
        if self.socket is None or self.kind == "never reads":
            if self.socket is not None and self._has_failed():
                self.close()
            return
        try:
            if self.socket.recv(4096) == b"":
                self.close()
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.close()

    def _has_failed(self):
        return self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def close(self):
        self.socket.close()
        self.socket = None


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    context = ssl.create_default_context(cafile=sys.argv[3]) if len(sys.argv) > 3 else None
    if context:
        context.check_hostname = False
    crowd = [Hostile(KINDS[number % len(KINDS)], port, context) for number in range(count)]
    for each in crowd:
        each.open()
    print("ready", flush=True)
    slices = 20
    for turn in itertools.count():
        started = time.monotonic()
        for each in crowd[turn % slices::slices]:
            each.step()
            if each.socket is None:
                try:
                    each.open()
                except OSError as failed:
                    if failed.errno not in (errno.ECONNREFUSED, errno.ECONNRESET, errno.EAGAIN):
                        raise
        if turn % slices == 0:
            opened = collections.Counter()
            for each in crowd:
                opened[each.kind] += each.opened
            held = sum(each.socket is not None for each in crowd)
            print(f"open {held} " + ", ".join(f"{kind} {opened[kind]}" for kind in KINDS),
                  flush=True)
        time.sleep(max(0, PACE_S / slices - (time.monotonic() - started)))


if __name__ == "__main__":
    main()
