"""The table of hostile requests in tests/hostile: one case is one connection's bytes.

A case says what is sent in one of these ways, and what must come back as
`expect: 400 invalid-request closed`: status, problem, and whether the connection stays open.
  send         the bytes as they are
  line         a request line, before "Host: a"
  head         header lines, behind "GET /healthz HTTP/1.1" and "Host: a"
  fields       header lines of a PUT on the canary with a good token, before `content`
  body         a document PUT on the canary (`target` names another request), as the file's `type`;
               `gzip: once|twice|half|wrong|more` codes it
  credentials  header lines of a GET of /api/v1/me
  jwt          header, claims and signature, for the same
Text is Latin-1, so that "\\xff" is a byte (`utf8: true`: it is UTF-8). `<<a*900>>` repeats,
`<<token>>` and other words in these brackets are credentials of the run.
`says` is a word of the answer. Behind the bytes of a case whose connection must close follows a
second request that would delete the canary, unless `smuggle: false`.
"""
import base64
import gzip
import http.client
import pathlib
import re

import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "hostile"
CANARY = "/api/v1/domains/canary"


def cases():
    """(name, case) of every file, the file's defaults taken in."""
    for file in sorted(FOLDER.glob("*.yaml")):
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
        for case in table.pop("cases"):
            yield f"{file.stem}: {case['name']}", {**table, **case}


def fill(text, words, encoding="latin-1"):
    """The bytes of a text: repetitions and credentials put in."""
    def value(match):
        inner = match.group(1)
        repeated, star, times = inner.rpartition("*")
        return repeated * int(times) if star and times.isdigit() else words[inner]
    return re.sub(r"<<(.+?)>>", value, text, flags=re.DOTALL).encode(encoding)


def coded(body, how):
    once = gzip.compress(body, mtime=0)
    return {"once": once, "twice": gzip.compress(once, mtime=0), "half": once[:len(once) // 2],
            "wrong": once[:-8] + b"\0\0\0\0" + once[-4:], "more": once + b"x"}[how]


def document(case, words):
    body = fill(case["body"], words, "utf-8" if case.get("utf8") else "latin-1")
    if "gzip" in case:
        body = coded(body, case["gzip"])
    coding = b"Content-Encoding: gzip\r\n" if "gzip" in case else b""
    return (f"{case.get('target', 'PUT ' + CANARY.removeprefix('/api/v1'))} HTTP/1.1\r\n"
            .replace(" /api/v1", " ").replace(" /", " /api/v1/").encode()
            + fill("Host: a\r\nAuthorization: Bearer <<token>>\r\n", words)
            + f"Content-Type: {case.get('type', 'application/json')}\r\n".encode()
            + f"Content-Length: {len(body)}\r\n".encode() + coding + b"\r\n" + body)


def base64url(text):
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def web_token(parts, words):
    """`words["signatures"]` has what <<signed>> and <<hmac>> put behind a text."""
    header, claims, signature = parts
    text = base64url(fill(header, words)) + b"." + base64url(fill(claims, words))
    made = words["signatures"].get(signature)
    return text + b"." + base64url(made(text) if made else fill(signature, words))


def bytes_of(case, words):
    """What is sent, without the second request."""
    if "send" in case:
        return fill(case["send"], words)
    if "line" in case:
        return fill(case["line"] + "\r\nHost: a\r\n\r\n", words)
    if "head" in case:
        return fill("GET /healthz HTTP/1.1\r\nHost: a\r\n" + case["head"] + "\r\n", words)
    if "fields" in case:
        return fill(f"PUT {CANARY} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer <<token>>\r\n"
                    + case["fields"] + "\r\n" + case.get("content", ""), words)
    if "body" in case:
        return document(case, words)
    if "jwt" in case:
        credentials = b"Authorization: Bearer " + web_token(case["jwt"], words) + b"\r\n"
    else:
        credentials = fill(case["credentials"], words)
    return b"GET /api/v1/me HTTP/1.1\r\nHost: a\r\n" + credentials + b"\r\n"


def second_request(words):
    return fill(f"DELETE {CANARY} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer <<token>>\r\n\r\n",
                words)


class Expected:
    """`400 invalid-request closed`, `200 open`."""

    def __init__(self, text):
        status, *rest = text.split()
        self.line = f"HTTP/1.1 {status} {reason(int(status))}"
        self.status = int(status)
        self.connection = rest.pop()
        self.problem = rest.pop() if rest else None


def reason(status):
    """As RFC 9110 has it; the library keeps older names."""
    newer = {413: "Content Too Large", 422: "Unprocessable Content", 416: "Range Not Satisfiable"}
    return newer.get(status, http.client.responses[status])


class Wire:
    """One connection's answers, read as HTTP/1.1 asks of a client."""

    def __init__(self, connection):
        self.connection = connection
        self.received = b""

    def send(self, data):
        try:
            self.connection.sendall(data)
        except OSError:
            pass  # the server may close before it has all; what it said is read all the same

    def answer(self):
        """(status line, headers, body), without interim answers."""
        while True:
            head = self._until(b"\r\n\r\n").decode("latin-1")
            line, *fields = head.split("\r\n")
            headers = {}
            for field in fields:
                name, _, value = field.partition(":")
                headers.setdefault(name.lower(), []).append(value.strip())
            if not line.startswith("HTTP/1.1 100"):
                break
        assert "transfer-encoding" not in headers, head
        length = int(headers.get("content-length", ["0"])[0])
        while len(self.received) < length:
            self._receive()
        body, self.received = self.received[:length], self.received[length:]
        return line, headers, body

    def is_closed(self):
        """True when nothing more comes, and the end was in order: no reset, and over TLS an alert
        that says so."""
        return self.received == b"" and self.connection.recv(65536) == b""

    def close(self):
        self.connection.close()

    def _until(self, end):
        while end not in self.received:
            self._receive()
        found, self.received = self.received.split(end, 1)
        return found

    def _receive(self):
        data = self.connection.recv(65536)
        assert data, f"the connection ended in an answer: {self.received[:200]!r}"
        self.received += data
