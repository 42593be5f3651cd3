"""The table of tests/hostile against the real program, over each kind of connection.

After every case: the connection is as expected, a new one and one that was open all the time
are answered, and nothing changed.
"""
import functools
import hmac
import json
import socket

import pytest

from certificates import SERVER, Authority
from charter_client import Client
from charter_server import Server
from fake_issuer import FakeIssuer, openssl
from fake_s3 import ALLOWED
from hostile_cases import CANARY, Expected, Wire, bytes_of, cases, fill, second_request, web_token
from scenario import Mesh, in_seconds

CASES = dict(cases())
DEADLINE_S = 60


def open_connection(port, tls=None):
    plain = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)
    if tls is None:
        return plain
    return tls.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False)


class Target:
    """A server with a canary: what no case may change."""

    def __init__(self, server, issuer, tls=None):
        self.server = server
        self.tls = tls
        mesh = Mesh(server, functools.partial(Client, tls=tls))
        self.admin = mesh.admin
        self.words = {"token": server.admin_token, **tokens_of_the_past(mesh),
                      **forms_of(server.admin_token), **words_of(issuer)}
        eve = web_token(['{"alg":"RS256","kid":"first"}', "{<<claims>>}", "<<signed>>"], self.words)
        assert mesh.admin.with_token(eve.decode()).get("/me").status == 200  # appears now, not later
        self.admin.must("PUT", "/domains/canary", {"title": "T", "owners": ["user:admin"]})
        self.canary = self.admin.get("/domains/canary").json()
        self.end = self.admin.end_of_changes()
        self.bystander = self.connect()

    def connect(self):
        return Wire(open_connection(self.server.port, self.tls))

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


def words_of(issuer):
    """What the cases say of the issuer, and how it signs."""
    key = issuer.key.file
    public = openssl("pkey", "-in", str(key), "-pubout")
    return {"issuer": issuer.url,
            "claims": f'"iss":"{issuer.url}","aud":"charter","sub":"eve","exp":4102444800',
            "signatures": {
                "<<signed>>": lambda text: openssl("dgst", "-sha256", "-sign", str(key), data=text),
                "<<hmac>>": lambda text: hmac.digest(public, text, "sha256")}}


def tokens_of_the_past(mesh):
    """Tokens that were good once."""
    past = {}
    for end in ("revoked", "expired", "disabled", "deleted"):
        name, client = mesh.principal("service", end)
        path = f"/services/{name.removeprefix('service:')}"
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


def serving(folder, tls, *arguments):
    """A target with an issuer, for as long as the tests of this file run."""
    with FakeIssuer(folder) as issuer:
        config = folder / "charter.yaml"
        config.write_text(f"issuers:\n- name: corp\n  issuer: {issuer.url}\n  audience: charter\n")
        server = Server(folder / "data", "--config", str(config), *arguments,
                        environment=ALLOWED).start()
        yield Target(server, issuer, tls)
        assert server.stop() == 0, server.log[-4000:]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("plain"), None)


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secure")
    authority = Authority(folder)
    yield from serving(folder, authority.context(), *authority.issue("server", SERVER).flags())


@pytest.fixture(params=["plain", "secure"])
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
