"""Tokens of an issuer: who comes in with one, what its groups open, what ends it; and engines
that ask on behalf of others."""
import http.client
import re
import time
import urllib.parse

import pytest

from charter_client import Client
from charter_server import Server
from fake_issuer import FakeIssuer, Key
from fake_s3 import ALLOWED
from scenario import Lake, Mesh, unique


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with FakeIssuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory, issuer):
    """A server of this file's own, which knows the issuer."""
    directory = tmp_path_factory.mktemp("identity")
    config = directory / "charter.yaml"
    config.write_text(f"""
issuers:
  - name: corp
    issuer: {issuer.url}
    audience: charter
    groups_claim: groups
    tags: {{region: region}}
    service_when: {{claim: client, equals: "yes"}}
    may_assert: {{groups: ["*"], tags: [region]}}
""")
    running = Server(directory / "data", "--config", str(config), environment=ALLOWED).start()
    yield running
    assert running.stop() == 0, running.log[-4000:]


@pytest.fixture(scope="module")
def mesh(server):
    return IssuedMesh(server, Client)


@pytest.fixture(scope="module")
def admin(mesh):
    return mesh.admin


class IssuedMesh(Mesh):
    """People of this mesh are services: nobody makes tokens for users here."""

    def principal(self, kind="service", word=None):
        return super().principal("service" if kind == "user" else kind, word)


@pytest.fixture
def person(issuer, mesh):
    """(name, client, token) of somebody who has not been seen before."""
    def come(**claims):
        name = unique("ana")
        token = issuer.token(name, **claims)
        return name, mesh.anonymous.with_token(token), token
    return come


def test_whoever_comes_with_a_token_is_a_principal_from_then_on(person, admin):
    name, ana, _ = person()
    assert ana.must("GET", "/me")["principal"] == f"user:{name}"
    shown = admin.must("GET", f"/users/{name}")
    assert shown["identity"]["issuer"] == "corp"
    assert shown["revision"] == 1
    ana.must("GET", "/me")
    assert admin.must("GET", f"/users/{name}")["revision"] == 1


def test_the_bearer_may_also_come_by_x_api_key(person, mesh):
    name, _, token = person()
    answer = mesh.anonymous.raw("GET", "/api/v1/me", headers={"X-Api-Key": token})
    assert answer.json()["principal"] == f"user:{name}"


def test_the_name_is_a_label_and_the_subject_is_who_it_is(person, issuer, mesh):
    name, ana, _ = person()
    ana.must("GET", "/me")
    renamed = issuer.token("other", sub=issuer.token and subject_of(issuer, name))
    assert mesh.anonymous.with_token(renamed).must("GET", "/me")["principal"] == f"user:{name}"
    namesake = issuer.token(name, sub="somebody-else")
    other = mesh.anonymous.with_token(namesake).must("GET", "/me")["principal"]
    assert other.startswith(f"user:{name}-") and other != f"user:{name}"


def subject_of(issuer, name):
    import base64
    import json
    payload = issuer.token(name).split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def test_the_administrators_name_is_not_taken(issuer, mesh):
    me = mesh.anonymous.with_token(issuer.token("admin")).must("GET", "/me")
    assert me["principal"] != "user:admin" and me["roles"] == []


def test_a_client_is_a_service(issuer, mesh):
    name = unique("loader")
    token = issuer.token(name, client="yes")
    assert mesh.anonymous.with_token(token).must("GET", "/me")["principal"] == f"service:{name}"


def test_an_engine_is_bound_to_its_client_beforehand(issuer, mesh, admin):
    name = unique("trino")
    admin.must("PUT", f"/engines/{name}",
               {"enforces": ["rows"], "identity": {"issuer": "corp", "subject": name}})
    token = issuer.token("whatever", sub=name, client="yes")
    assert mesh.anonymous.with_token(token).must("GET", "/me")["principal"] == f"engine:{name}"


def test_one_subject_is_one_principal(person, admin):
    name, ana, _ = person()
    ana.must("GET", "/me")
    identity = admin.must("GET", f"/users/{name}")["identity"]
    answer = admin.request("PUT", f"/services/{unique('copy')}", {"identity": identity})
    assert (answer.status, answer.problem) == (409, "conflict")


def test_a_claimed_group_opens_nothing_until_it_is_tied(person, mesh, admin):
    lake = Lake(mesh, visibility="hidden")
    group, claimed = unique("analysts"), unique("data")
    admin.must("PUT", f"/groups/{group}", {})
    lake.owner.must("POST", "/grants", {"grantee": f"group:{group}", "resource": lake.product,
                                        "actions": ["read"]})
    _, ana, _ = person(groups=[group, claimed])
    wanted = {"port": lake.port, "action": "read"}
    assert ana.request("POST", "/resolve", wanted).status == 404

    admin.must("PUT", f"/groups/{group}", {"claimed": [{"issuer": "corp", "group": claimed}]})
    assert ana.request("POST", "/resolve", wanted).status == 200
    assert ana.must("GET", "/me")["groups"] == [f"group:{group}"]

    admin.must("PUT", f"/groups/{group}", {"claimed": [{"issuer": "other", "group": claimed}]})
    assert ana.request("POST", "/resolve", wanted).status == 404


def test_the_newest_token_says_which_groups_there_are(issuer, mesh, admin):
    group = unique("staff")
    admin.must("PUT", f"/groups/{group}", {"claimed": [{"issuer": "corp", "group": group}]})
    name, now = unique("bo"), int(time.time())
    older = mesh.anonymous.with_token(issuer.token(name, groups=[group], iat=now - 60))
    newer = mesh.anonymous.with_token(issuer.token(name, groups=[], iat=now))
    assert older.must("GET", "/me")["groups"] == [f"group:{group}"]
    assert newer.must("GET", "/me")["groups"] == []
    assert older.must("GET", "/me")["groups"] == []
    assert admin.must("GET", f"/users/{name}")["claims"]["groups"] == []


def test_claimed_tags_are_those_of_the_vocabulary(issuer, mesh, admin):
    admin.must("PUT", "/tags/region", {"values": ["emea", "apac"]})
    token = issuer.token(unique("cy"), region=["emea", "mars"], clearance="top")
    assert mesh.anonymous.with_token(token).must("GET", "/me")["tags"] == {"region": ["emea"]}


def test_no_issuer_gives_a_protected_tag(issuer, mesh, admin):
    key = {"values": ["emea"], "protected": True, "stewards": ["user:admin"]}
    admin.must("PUT", "/tags/region", key)
    try:
        token = issuer.token(unique("cy"), region=["emea"])
        assert mesh.anonymous.with_token(token).must("GET", "/me")["tags"] == {}
    finally:
        admin.must("PUT", "/tags/region", {"values": ["emea", "apac"]})


def test_whoever_is_disabled_is_nobody_at_once(person, admin):
    name, ana, _ = person()
    ana.must("GET", "/me")
    admin.must("PATCH", f"/users/{name}", {"disabled": True})
    assert ana.request("GET", "/me").problem == "unauthenticated"
    admin.must("PATCH", f"/users/{name}", {"disabled": False})
    assert ana.request("GET", "/me").status == 200


def test_a_lease_ends_with_the_token(issuer, mesh, admin):
    lake = Lake(mesh)
    name = unique("dora")
    ends = int(time.time()) + 120
    dora = mesh.anonymous.with_token(issuer.token(name, lasts_s=120))
    dora.must("GET", "/me")
    lake.owner.must("POST", "/grants", {"grantee": f"user:{name}", "resource": lake.product,
                                        "actions": ["read"]})
    lease = dora.must("POST", "/resolve", {"port": lake.port, "action": "read",
                                           "duration_s": 3600})["lease"]
    limit = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ends + 1))
    assert lease["expires_at"][:19] <= limit


@pytest.mark.parametrize("claims", [
    {"aud": "another"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"exp": "soon"},
    {"nbf": 2_000_000_000_000}, {"sub": ""}, {"sub": 7},
])
def test_a_token_that_is_not_right_is_refused_with_one_answer(claims, issuer, mesh):
    refused = mesh.anonymous.with_token(issuer.token("eve", **claims)).request("GET", "/me")
    unknown = mesh.anonymous.with_token("chr_nothing").request("GET", "/me")
    assert (refused.status, unknown.status) == (401, 401)
    for answer in (refused, unknown):
        assert answer.problem == "unauthenticated"
    assert refused.json()["detail"] == unknown.json()["detail"]


def test_another_key_is_not_the_issuers(issuer, mesh, tmp_path):
    forged = issuer.token("eve", key=Key(tmp_path, "first"))
    assert mesh.anonymous.with_token(forged).request("GET", "/me").status == 401


def test_nobody_makes_a_token_for_another_human(person, admin):
    name, ana, _ = person()
    ana.must("GET", "/me")
    answer = admin.request("POST", "/tokens", {"principal": f"user:{name}", "name": "x"})
    assert (answer.status, answer.problem) == (403, "forbidden")
    ana.must("POST", "/tokens", {"principal": f"user:{name}", "name": "my own"})
    service = unique("etl")
    admin.must("PUT", f"/services/{service}", {})
    admin.must("POST", "/tokens", {"principal": f"service:{service}", "name": "x"})


def test_first_sight_is_in_the_ledger(person, admin):
    name, ana, _ = person()
    ana.must("GET", "/me")
    records = admin.must("GET", f"/ledger?principal=user:{name}")["items"]
    assert not records or records[0]["principal"] == f"user:{name}"
    changes = admin.must("GET", "/changes?limit=1000")["items"]
    mine = [each for each in changes if each["resource"] == name and each["kind"] == "user"]
    assert [each["change"] for each in mine] == ["created"]
    assert mine[0]["by"] == f"user:{name}"


class Trino:
    """An engine that may enforce on a product of a hidden domain, and a reader of it."""

    def __init__(self, mesh, issuer, speaks_for=True, enforce=True):
        self.lake = Lake(mesh, visibility="hidden")
        self.reader_name = unique("reader")
        self.reader_token = issuer.token(self.reader_name)
        self.reader = mesh.anonymous.with_token(self.reader_token)
        self.reader.must("GET", "/me")
        self.user = f"user:{self.reader_name}"
        self.name = unique("trino")
        mesh.admin.must("PUT", f"/engines/{self.name}",
                        {"enforces": ["columns", "rows"],
                         "speaks_for": [self.user] if speaks_for else []})
        self.engine = mesh.as_(f"engine:{self.name}")
        self.lake.owner.must("POST", "/grants",
                             {"grantee": self.user, "resource": self.lake.product,
                              "actions": ["read"]})
        if enforce:
            self.lake.owner.must("PUT", f"/domains/{self.lake.domain}/policies/trust", {
                "cedar": f'permit (principal == Engine::"{self.name}", '
                         f'action == Action::"enforce", '
                         f'resource in Domain::"{self.lake.domain}");'})

    def ask(self, client=None, **more):
        return (client or self.engine).request(
            "POST", "/resolve", {"port": self.lake.port, "action": "read", **more})


def test_an_engine_asks_for_whom_it_speaks_and_both_are_recorded(mesh, issuer, admin):
    trino = Trino(mesh, issuer)
    answer = trino.ask(on_behalf_of=trino.user)
    assert answer.status == 200, answer
    grounds = answer.json()["decision"]["determined_by"]
    assert f"policy:{trino.lake.domain}/trust" in grounds
    assert any(each.startswith("grant:") for each in grounds)
    for principal in (f"engine:{trino.name}", trino.user):
        records = admin.must("GET", f"/ledger?principal={principal}")["items"]
        record = next(each for each in records
                      if each.get("id") == answer.json()["decision"]["id"])
        assert record["principal"] == f"engine:{trino.name}"
        assert record["on_behalf_of"] == trino.user


def test_the_users_own_token_needs_no_roster(mesh, issuer):
    trino = Trino(mesh, issuer, speaks_for=False)
    assert trino.ask(on_behalf_of=trino.user).problem == "forbidden"
    assert trino.ask(subject_token=trino.reader_token).status == 200
    assert trino.ask(subject_token=trino.reader_token, on_behalf_of=trino.user).status == 200
    assert trino.ask(subject_token=trino.reader_token,
                     on_behalf_of="user:admin").problem == "forbidden"
    assert trino.ask(subject_token="nothing").problem == "forbidden"


def test_the_engine_needs_enforce_on_the_port(mesh, issuer):
    trino = Trino(mesh, issuer, enforce=False)
    answer = trino.ask(on_behalf_of=trino.user)
    assert (answer.status, answer.problem) == (403, "forbidden")
    assert "enforce" in answer.json()["detail"]


def test_the_user_decides_what_may_be_read_and_the_engine_adds_nothing(mesh, issuer):
    trino = Trino(mesh, issuer)
    trino.lake.owner.must("POST", "/grants", {"grantee": f"engine:{trino.name}",
                                              "resource": trino.lake.product,
                                              "actions": ["read"]})
    assert trino.ask().status == 200
    other = unique("nobody")
    stranger = issuer.token(other)
    mesh.anonymous.with_token(stranger).must("GET", "/me")
    assert trino.ask(subject_token=stranger).status == 404


def test_only_engines_ask_for_others(mesh, issuer):
    trino = Trino(mesh, issuer)
    _, service = mesh.principal("service")
    for client in (service, trino.reader, mesh.admin):
        assert trino.ask(client, on_behalf_of=trino.user).problem == "forbidden"
        assert trino.ask(client, subject_token=trino.reader_token).problem == "forbidden"


def test_whether_a_user_exists_is_not_told(mesh, issuer):
    trino = Trino(mesh, issuer)
    unknown = trino.ask(on_behalf_of="user:does-not-exist")
    uncovered = trino.ask(on_behalf_of="user:admin")
    assert unknown.status == uncovered.status == 403
    assert unknown.json()["detail"] == uncovered.json()["detail"]


def test_the_word_of_an_engine_ends_with_its_roster(mesh, issuer, admin):
    trino = Trino(mesh, issuer)
    assert trino.ask(on_behalf_of=trino.user).status == 200
    admin.must("PATCH", f"/engines/{trino.name}", {"speaks_for": []})
    assert trino.ask(on_behalf_of=trino.user).status == 403


def fetch(url):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", f"{parts.path}?{parts.query}")
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("who", ["engine", "user"])
def test_disabling_ends_the_local_leases(who, mesh, issuer, admin):
    trino = Trino(mesh, issuer)
    url = trino.ask(on_behalf_of=trino.user).json()["lease"]["urls"][0]["url"]
    assert fetch(url) == 200
    path = f"/engines/{trino.name}" if who == "engine" else f"/users/{trino.reader_name}"
    admin.must("PATCH", path, {"disabled": True})
    assert fetch(url) == 403


def test_the_metrics_say_how_an_issuers_keys_are(issuer, admin):
    text = admin.raw("GET", "/metrics").text
    assert f'charter_issuer_keys{{issuer="corp"}} {len(issuer.keys)}' in text.splitlines()
    age = re.search(r'^charter_issuer_keys_age_seconds\{issuer="corp"\} (\d+)$', text, re.MULTILINE)
    assert int(age[1]) < 3600


def test_a_new_key_counts_when_a_token_names_it(issuer, mesh, tmp_path):
    """The last test: an issuer is asked for unknown keys once a minute."""
    new = Key(tmp_path, "second")
    issuer.keys.append(new)
    name = unique("zoe")
    token = issuer.token(name, key=new)
    assert mesh.anonymous.with_token(token).must("GET", "/me")["principal"] == f"user:{name}"
    fetched = issuer.fetched
    for kid in ("third", "fourth", "fifth"):
        forged = issuer.token("eve", key=Key(tmp_path, kid))
        assert mesh.anonymous.with_token(forged).request("GET", "/me").status == 401
    assert issuer.fetched == fetched
