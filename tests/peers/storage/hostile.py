"""A storage that behaves until it is told not to."""
import contextlib
import http.server
import socket
import threading

LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name>
<Prefix>{prefix}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>
<IsTruncated>{truncated}</IsTruncated>{contents}</ListBucketResult>"""
CONTENT = ("<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
           "<ETag>\"e\"</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>")
ERROR = "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
BOMB = ("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"" + "x" * 1000 + "\">" +
        "".join(f"<!ENTITY {chr(98 + n)} \"" + f"&{chr(97 + n)};" * 20 + "\">" for n in range(8)) +
        "]><ListBucketResult><Name>&i;</Name></ListBucketResult>")


def listing(prefix, keys, more=False, count=None):
    contents = "".join(CONTENT.format(key=key, size=5) for key in keys)
    if more:
        contents += "<NextContinuationToken>again</NextContinuationToken>"
    return LISTING.format(bucket="retail", prefix=prefix, count=count or len(keys),
                          truncated=str(more).lower(), contents=contents)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.server.connections.add(self.request)
        super().setup()

    def finish(self):
        super().finish()
        self.server.connections.discard(self.request)

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_call(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.server.asked.append(f"{self.command} {self.path}")
        try:
            getattr(self, self.server.mode)()
        except OSError:
            pass  # the caller gave up, as it should
        self.close_connection = self.close_connection or self.server.mode != "good"

    do_GET = do_POST = do_PUT = do_HEAD = handle_call

    def prefix(self):
        from urllib.parse import parse_qs, urlsplit
        return parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]

    def good(self):
        self.answer(200, listing(self.prefix(), [self.prefix() + "part-0"]))

    def denies(self):
        self.answer(403, ERROR.format(code="AccessDenied", message="not you"))

    def fails(self):
        self.answer(500, ERROR.format(code="InternalError", message="sorry"))

    def is_busy(self):
        self.answer(503, ERROR.format(code="SlowDown", message="later"), [("Retry-After", "1")])

    def has_no_such_bucket(self):
        self.answer(404, ERROR.format(code="NoSuchBucket", message="none"))

    def redirects(self):
        self.answer(307, "", [("Location", self.server.elsewhere)])

    def moved(self):
        self.answer(301, ERROR.format(code="PermanentRedirect", message="elsewhere"),
                    [("x-amz-bucket-region", "us-east-1"), ("Location", self.server.elsewhere)])

    def says_html(self):
        self.answer(200, "<html><body>Welcome to the portal</body></html>")

    def says_nothing(self):
        self.answer(200, "")

    def says_garbage(self):
        self.answer(200, bytes(range(256)) * 40)

    def stops_in_the_middle(self):
        whole = listing(self.prefix(), [self.prefix() + "part-0"])
        self.answer(200, whole[:len(whole) // 2])

    def promises_more_than_it_sends(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b"<ListBucketResult>")
        self.close_connection = True

    def is_a_bomb(self):
        self.answer(200, BOMB)

    def names_a_key_outside(self):
        self.answer(200, listing(self.prefix(), [self.prefix() + "part-0", "elsewhere/secret"]))

    def names_a_parent(self):
        self.answer(200, listing(self.prefix(), [self.prefix() + "../secret"]))

    def has_no_sizes(self):
        self.answer(200, listing(self.prefix(), [self.prefix() + "part-0"]).replace(
            "<Size>5</Size>", "<Size>-5</Size>"))

    def never_ends(self):
        self.answer(200, listing(self.prefix(), [self.prefix() + "part-0"], more=True))

    def talks_without_end(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        while not self.server.stopping.is_set():
            self.wfile.write(chunk)

    def is_silent(self):
        self.server.stopping.wait()

    def drips(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.server.stopping.wait(0.5):
            self.wfile.write(b" ")

    def hangs_up(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def speaks_no_http(self):
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
        self.close_connection = True


MODES = sorted(name for name, value in vars(Handler).items()
               if callable(value) and not name.startswith(("_", "do_")) and
               name not in ("log_message", "answer", "handle_call", "prefix", "good", "setup", "finish"))


class HostileStorage:
    """Listens on a free port until closed; `mode` is one of MODES or "good"."""

    def __init__(self, elsewhere="http://127.0.0.1:1/"):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.server.mode, self.server.asked, self.server.elsewhere = "good", [], elsewhere
        self.server.stopping, self.server.connections = threading.Event(), set()
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def asked(self):
        return self.server.asked

    def behave(self, mode):
        self.server.mode = mode

    def close(self):
        self.server.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.server.connections):  # those that were kept, too
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
