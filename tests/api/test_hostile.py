"""The table of tests/hostile against the real program, over each kind of connection.

After every case: the connection is as expected, a new one and one that was open all the time
are answered, and nothing changed.
"""
import json
import socket

import pytest

from charter_client import Client
from charter_server import Server
from hostile_cases import CANARY, Expected, Wire, bytes_of, cases, fill, second_request
from scenario import Mesh, in_seconds

CASES = dict(cases())
DEADLINE_S = 60


def open_plain(port):
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)


class Target:
    """A server with a canary: what no case may change."""

    def __init__(self, server, open_connection, client_class=Client):
        self.server = server
        self.open_connection = open_connection
        mesh = Mesh(server, client_class)
        self.admin = mesh.admin
        self.words = {"token": server.admin_token, **tokens_of_the_past(mesh)}
        self.words.update(forms_of(server.admin_token))
        self.admin.must("PUT", "/domains/canary", {"title": "T", "owners": ["user:admin"]})
        self.canary = self.admin.get("/domains/canary").json()
        self.end = self.admin.end_of_changes()
        self.bystander = self.connect()

    def connect(self):
        return Wire(self.open_connection(self.server.port))

    def asks(self, wire, path):
        """(status, body) of a GET with the good token."""
        wire.send(fill(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer <<token>>\r\n\r\n",
                       self.words))
        line, _, body = wire.answer()
        return line, json.loads(body)

    def is_unharmed(self):
        fresh = self.connect()
        for wire in (fresh, self.bystander):
            assert self.asks(wire, CANARY) == ("HTTP/1.1 200 OK", self.canary)
        _, changes = self.asks(fresh, f"/api/v1/changes?after={self.end}")
        assert changes["items"] == []
        fresh.close()


def forms_of(token):
    _, identifier, secret = token.split("_")
    return {"id": identifier, "secret": secret, "TOKEN": token.upper(),
            "token less one": token[:-1],
            "token changed": token[:-1] + ("0" if token[-1] != "0" else "1")}


def tokens_of_the_past(mesh):
    """Tokens that were good once."""
    past = {}
    for end in ("revoked", "expired", "disabled", "deleted"):
        name, client = mesh.principal("user", end)
        path = f"/users/{name.removeprefix('user:')}"
        assert client.get("/me").status == 200
        if end == "revoked":
            mesh.admin.must("DELETE", f"/tokens/{client.token.split('_')[1]}")
        elif end == "expired":
            made = mesh.admin.must("POST", "/tokens", {
                "principal": name, "name": "short", "expires_at": in_seconds(1)})
            client = mesh.admin.with_token(made["token"])
            while client.get("/me").status == 200:
                pass
        elif end == "disabled":
            mesh.admin.must("PATCH", path, {"disabled": True})
        else:
            mesh.admin.must("DELETE", path)
        past[end] = client.token
    return past


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("hostile")).start()
    yield Target(running, open_plain)
    assert running.stop() == 0, running.log[-4000:]


@pytest.fixture(params=["plain"])
def target(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_request_gets_its_answer_and_harms_nobody(target, name):
    case = CASES[name]
    expected = Expected(case["expect"])
    smuggles = expected.connection == "closed" and case.get("smuggle", True)
    wire = target.connect()

    wire.send(bytes_of(case, target.words) + (second_request(target.words) if smuggles else b""))
    line, headers, body = wire.answer()

    assert line == expected.line, body
    if expected.problem:
        assert headers["content-type"] == ["application/problem+json"]
        problem = json.loads(body)
        assert problem["type"] == f"urn:charter:problem:{expected.problem}"
        assert [problem["instance"]] == headers["x-request-id"]
    assert case.get("says", "").encode() in body
    assert target.words["secret"].encode() not in body + repr(headers).encode()
    if expected.connection == "closed":
        assert headers["connection"] == ["close"]
        assert wire.is_closed()
    else:
        assert "connection" not in headers
        assert target.asks(wire, CANARY) == ("HTTP/1.1 200 OK", target.canary)
    wire.close()
    target.is_unharmed()


def test_no_case_left_a_secret_in_the_log(target):
    for secret in ("token", "revoked", "expired", "disabled", "deleted"):
        assert target.words[secret] not in target.server.log
