"""An S3 endpoint on loopback that only lists: the same few objects below every prefix, none
unless told. What real ones answer is for tests/peers; this only stands where a location is
registered and the storage has to be there, and where a list is measured."""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name>\
<Prefix>{prefix}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>\
<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>"""
OBJECT = """<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>\
<ETag>"e"</ETag><Size>5</Size></Contents>"""

# What a server needs to be told before it calls one.
ALLOWED = {"CHARTER_OUTGOING_ALLOW": "127.0.0.1/32", "CHARTER_OUTGOING_HTTP": "true"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        target = urlsplit(self.path)
        query = parse_qs(target.query)
        listing = query.get("list-type") == ["2"]
        prefix = escape(quote(query.get("prefix", [""])[0]))
        objects = "".join(OBJECT.format(key=prefix + name) for name in self.server.objects)
        body = LISTING.format(bucket=escape(target.path.strip("/")), prefix=prefix,
                              count=len(self.server.objects), objects=objects).encode()
        self.send_response(200 if listing else 403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body) if listing else 0))
        self.end_headers()
        if listing:
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class FakeS3:
    def __init__(self, objects=()):
        self.objects = objects

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.objects = self.objects
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()
