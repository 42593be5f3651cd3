"""An S3 endpoint on loopback whose buckets are all empty: it answers listings, and refuses
all else. What real ones answer is for tests/peers; this only stands where a location is
registered and the storage has to be there."""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name>\
<Prefix>{prefix}</Prefix><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>\
<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated></ListBucketResult>"""

# What a server needs to be told before it calls one.
ALLOWED = {"CHARTER_OUTGOING_ALLOW": "127.0.0.1/32", "CHARTER_OUTGOING_HTTP": "true"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        target = urlsplit(self.path)
        query = parse_qs(target.query)
        listing = query.get("list-type") == ["2"]
        body = LISTING.format(bucket=escape(target.path.strip("/")),
                              prefix=escape(query.get("prefix", [""])[0])).encode()
        self.send_response(200 if listing else 403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body) if listing else 0))
        self.end_headers()
        if listing:
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class EmptyS3:
    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()
