"""Limits of callers, headers of proxies, pages of other origins: what the configuration of a
server says of who asks."""
import http.client
import json

import pytest

from charter_client import Client
from charter_server import Server
from scenario import Lake, Mesh

ORIGIN = "https://catalog.example"


@pytest.fixture
def serve(tmp_path):
    """Starts a server with these settings; the test's own."""
    running = []

    def start(**settings):
        environment = {f"CHARTER_{key.upper()}": str(value) for key, value in settings.items()}
        running.append(Server(tmp_path / "data", environment=environment).start())
        return running[-1]
    yield start
    for server in running:
        assert server.stop() == 0, server.log[-4000:]


def statuses(ask, times):
    return [ask().status for _ in range(times)]


def from_address(server, address, path="/healthz", headers=None, document=None):
    """One answer to a GET, or a POST of a document, that comes from another loopback address."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60,
                                            source_address=(address, 0))
    body = json.dumps(document) if document else None
    connection.request("POST" if document else "GET", path, body, headers or {})
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


# --- limits ---

def test_one_address_gets_its_burst_and_then_429(serve):
    server = serve(rate_limit_per_address=1)
    client = Client(server.port)

    answers = [client.raw("GET", "/healthz") for _ in range(40)]

    refused = [answer for answer in answers if answer.status == 429]
    assert [answer.status for answer in answers[:10]] == [200] * 10
    assert len(refused) >= 1
    assert refused[0].problem == "too-many-requests"
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].headers["Connection"] is None  # the next one may be answered again
    assert from_address(server, "127.0.7.1").status == 200


def test_one_principal_gets_its_burst_from_wherever_it_asks(serve):
    server = serve(rate_limit_per_principal=2)
    mesh = Mesh(server, Client)
    _, ana = mesh.principal()
    elsewhere = {"Authorization": f"Bearer {ana.token}"}

    answers = statuses(lambda: ana.get("/me"), 30)
    answers += [from_address(server, f"127.0.8.{n}", "/api/v1/me", elsewhere).status
                for n in range(1, 30)]

    assert answers[:20] == [200] * 20
    assert answers.count(429) >= 1
    assert mesh.principal()[1].get("/me").status == 200


def test_failed_sign_ins_are_slowed_and_who_was_signed_in_goes_on(serve):
    server = serve(failed_sign_ins_per_minute=5)
    admin = Client(server.port, server.admin_token)
    assert admin.get("/me").status == 200
    fresh = admin.must("POST", "/tokens", {"principal": "user:admin", "name": "new"})["token"]
    guess = {"Authorization": f"Bearer chr_{'0' * 16}_{'0' * 64}"}
    nobody = Client(server.port)

    answers = [nobody.raw("GET", "/api/v1/me", headers=guess) for _ in range(20)]

    assert [answer.status for answer in answers[:5]] == [401] * 5
    assert answers[-1].problem == "too-many-requests" and answers[-1].headers["Retry-After"]
    assert admin.get("/me").status == 200
    assert nobody.raw("GET", "/api/v1/me").status == 401  # shows no token: no attempt
    assert from_address(server, "127.0.9.1", "/api/v1/me",
                        {"Authorization": f"Bearer {fresh}"}).status == 200


# --- proxies ---

def test_a_header_of_anybody_says_nothing_of_who_asks(serve):
    server = serve(rate_limit_per_address=1)

    answers = [from_address(server, "127.0.0.1", headers={
        "X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}).status
        for n in range(40)]

    assert answers.count(429) >= 1
    assert "192.0.2." not in server.log


def test_a_proxy_says_who_asks(serve):
    server = serve(rate_limit_per_address=1, proxies="127.0.5.0/24")

    def ask(forwarded, proxy="127.0.5.1"):
        return from_address(server, proxy, headers={"X-Forwarded-For": forwarded}).status

    own = [ask("198.51.100.1, 192.0.2.1") for _ in range(40)]
    chained = ask("192.0.2.1, 127.0.5.9")

    assert own.count(429) >= 1
    assert chained in (200, 429)
    assert ask("192.0.2.2") == 200
    assert ask("192.0.2.1, unknown") == 400
    assert ask("192.0.2.7", proxy="127.0.6.1") == 200


def test_the_address_that_a_proxy_names_decides_and_is_recorded(serve):
    server = serve(proxies="127.0.5.1")
    mesh = Mesh(server, Client)
    lake = Lake(mesh)
    name, reader = mesh.principal()
    lake.grant(name)
    lake.policy(f'forbid (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
                'when { context has ip && context.ip.isInRange(ip("192.0.2.0/24")) };')

    def resolve(forwarded, proxy="127.0.5.1"):
        answer = from_address(server, proxy, "/api/v1/resolve", {
            "Authorization": f"Bearer {reader.token}", "X-Forwarded-For": forwarded},
            {"port": lake.port, "action": "read", "delivery": "none"})
        return answer.status, json.loads(answer.text)["decision"]["id"]

    outside, inside = resolve("203.0.113.5"), resolve("192.0.2.5")

    assert (outside[0], inside[0]) == (200, 403)
    assert resolve("192.0.2.5", proxy="127.0.5.2")[0] == 200  # no proxy of ours
    for (_, decision), address in ((outside, "203.0.113.5"), (inside, "192.0.2.5")):
        assert address in mesh.admin.get(f"/ledger/{decision}").text


def test_a_proxy_says_how_it_was_asked(serve):
    server = serve(proxies="127.0.5.1")

    def transport(address, scheme):
        answer = from_address(server, address, headers={"X-Forwarded-Proto": scheme})
        return answer.status, answer.headers["Strict-Transport-Security"]

    assert transport("127.0.5.1", "https") == (200, "max-age=31536000")
    assert transport("127.0.5.1", "http") == (200, None)
    assert transport("127.0.5.1", "gopher")[0] == 400
    assert transport("127.0.5.2", "https") == (200, None)


# --- browsers ---

def test_every_answer_tells_a_browser_to_make_no_more_of_it(admin, mesh):
    answers = [admin.get("/me"), admin.get("/nothing"), mesh.anonymous.raw("GET", "/healthz"),
               mesh.anonymous.raw("GET", "/metrics"), mesh.anonymous.request("GET", "/me"),
               mesh.anonymous.raw("GET", "/data/x/y?exp=1&sig=a"),
               mesh.anonymous.raw("BREW", "/"), mesh.anonymous.raw("OPTIONS", "/api/v1/me")]

    for answer in answers:
        assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"], repr(answer)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers.get_all("Content-Security-Policy") == [
            "default-src 'none'; frame-ancestors 'none'; sandbox"]
        assert answer.headers["Strict-Transport-Security"] is None  # not over plain HTTP


def test_a_page_brings_its_own_policy(mesh):
    policies = mesh.anonymous.raw("GET", "/").headers.get_all("Content-Security-Policy")

    assert len(policies) == 1
    assert "frame-ancestors 'none'" in policies[0] and "unsafe" not in policies[0]


def test_no_page_of_another_origin_reads_anything_unless_configured(admin, mesh):
    for answer in (admin.get("/me", {"Origin": ORIGIN}),
                   mesh.anonymous.raw("OPTIONS", "/api/v1/me", headers={
                       "Origin": ORIGIN, "Access-Control-Request-Method": "GET"})):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_configured_origin_reads_and_no_other(serve):
    server = serve(cors_origins=f"{ORIGIN}, http://localhost:3000")
    admin = Client(server.port, server.admin_token)
    asked = {"Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "authorization,if-match"}

    read = admin.get("/me", {"Origin": ORIGIN})
    refused = admin.get("/nothing", {"Origin": ORIGIN})
    preflight = admin.raw("OPTIONS", "/api/v1/domains/x", headers={"Origin": ORIGIN, **asked})
    others = [admin.raw("OPTIONS", "/api/v1/domains/x", headers={"Origin": origin, **asked})
              for origin in ("https://evil.example", "null", f"{ORIGIN}.evil.example", "*")]

    assert read.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in read.headers.get_all("Vary")
    assert refused.status == 404 and refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert preflight.status == 204
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert "If-Match" in preflight.headers["Access-Control-Allow-Headers"]
    assert preflight.headers["Access-Control-Allow-Credentials"] is None
    for answer in others:
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
