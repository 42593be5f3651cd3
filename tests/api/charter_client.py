"""A small HTTP client for the API, from the standard library only."""
import http.client
import json
import time

API = "/api/v1"
IDLE_S = 30


class Answer:
    """Status, headers (names without case) and body of one answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    @property
    def etag(self):
        return self.headers.get("ETag")

    @property
    def problem(self):
        """The name of the problem: "not-found"."""
        assert self.headers.get_content_type() == "application/problem+json", repr(self)
        document = self.json()
        assert document["status"] == self.status, repr(self)
        assert document["title"] and document["detail"], repr(self)
        assert document["instance"] == self.headers["X-Request-Id"], repr(self)
        return document["type"].removeprefix("urn:charter:problem:")

    @property
    def pointers(self):
        return [error["pointer"] for error in self.json().get("errors", [])]

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


def read_until(stream, wanted):
    """What a stream of events brings until `wanted` is in it, or it ends; cut off is as good as
    ended."""
    seen = b""
    try:
        while wanted.encode() not in seen and (more := stream.read1(65536)):
            seen += more
    except (http.client.IncompleteRead, ConnectionError):
        pass
    return seen


class Client:
    """One kept-alive connection with one token. Not for several threads."""

    def __init__(self, port, token=None, tls=None):
        """`tls`: an ssl.SSLContext for a server that speaks https."""
        self.port = port
        self.tls = tls
        self.token = token
        self.connection = None
        self.used_at = 0.0

    def with_token(self, token):
        return Client(self.port, token, self.tls)

    def again(self):
        """The same caller on a connection of its own, for another thread."""
        return Client(self.port, self.token, self.tls)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def raw(self, method, target, body=None, headers=None):
        """A request as it is; no token, no base path, nothing added to the body."""
        # The server ends a connection that is idle for 60 s, and may be doing so right now.
        if time.monotonic() - self.used_at > IDLE_S:
            self.close()
        self.used_at = time.monotonic()
        if self.connection is None:
            self.connection = (
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=60) if self.tls is None
                else http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60,
                                                 context=self.tls))
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            response = self.connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            if response.will_close:
                self.close()
            return answer
        except Exception:
            self.close()
            raise

    def request(self, method, path, document=None, headers=None, body=None):
        """A request to the API. `document` is sent as JSON, `body` as it is."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if document is not None:
            body = json.dumps(document).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        return self.raw(method, API + path, body, sent)

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def head(self, path, headers=None):
        return self.request("HEAD", path, headers=headers)

    def put(self, path, document, headers=None):
        return self.request("PUT", path, document, headers)

    def patch(self, path, document, headers=None):
        return self.request("PATCH", path, document, headers)

    def post(self, path, document=None, headers=None):
        return self.request("POST", path, document, headers)

    def delete(self, path, headers=None):
        return self.request("DELETE", path, headers=headers)

    def must(self, method, path, document=None, headers=None):
        """For the preparation of a test: anything but success ends it."""
        answer = self.request(method, path, document, headers)
        assert answer.status in (200, 201, 204), f"{method} {path}: {answer!r}"
        return answer.json() if answer.body else None

    def pages(self, path, limit=None):
        """The items of all pages of a list."""
        items, cursor = [], None
        joint = "&" if "?" in path else "?"
        while True:
            query = [f"limit={limit}"] if limit else []
            query += [f"cursor={cursor}"] if cursor else []
            page = self.get(path + (joint + "&".join(query) if query else ""))
            assert page.status == 200, repr(page)
            document = page.json()
            items += document["items"]
            cursor = document["next"]
            if cursor is None:
                return items

    def changes(self, after=None):
        """The journal to its end, as far as this caller sees it."""
        items = []
        while True:
            page = self.get("/changes?limit=1000" + (f"&after={after}" if after else ""))
            assert page.status == 200, repr(page)
            document = page.json()
            if not document["items"]:
                return items
            items += document["items"]
            after = document["next"]

    def end_of_changes(self):
        """A cursor after which only later changes come."""
        after = None
        while True:
            page = self.get("/changes?limit=1000" + (f"&after={after}" if after else "")).json()
            after = page["next"] or after
            if not page["items"]:
                return after
