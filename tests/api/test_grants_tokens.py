"""Grants, tokens, the vocabulary, policies and purposes: what is special to each."""
import threading

import pytest

from charter_client import Client
from scenario import in_seconds, unique


# --- grants ---

def test_a_grant_is_made_and_read_back(mesh, lake):
    reader, _ = mesh.principal()
    body = {"grantee": reader, "resource": lake.product, "actions": ["describe", "read"],
            "expires_at": "2099-01-01T00:00:00Z", "reason": "test"}

    made = lake.owner.post("/grants", body)
    read = lake.owner.get(f"/grants/{made.json()['id']}")

    assert made.status == 201, repr(made)
    assert {key: made.json()[key] for key in body} == body
    assert made.json()["state"] == "active"
    assert made.json()["granted_by"].startswith("user:owner-")
    assert any("permit" in text for text in made.json()["cedar"])
    assert read.json() == made.json()


def test_a_revoked_grant_stays_as_revoked(mesh, lake):
    reader, client = mesh.principal()
    grant = lake.grant(reader)

    revoked = lake.owner.delete(f"/grants/{grant['id']}?reason=over")

    assert revoked.status == 200
    assert revoked.json() == {"revoked": [grant["id"]]}
    assert lake.owner.get(f"/grants/{grant['id']}").json()["state"] == "revoked"
    assert lake.resolve(client).status == 403


def test_grants_are_listed_by_grantee_resource_and_state(mesh, lake):
    reader, _ = mesh.principal()
    kept, gone = lake.grant(reader), lake.grant(reader)
    lake.owner.must("DELETE", f"/grants/{gone['id']}")

    def ids(query):
        return {item["id"] for item in lake.owner.pages(f"/grants?{query}")}

    assert ids(f"grantee={reader}") == {kept["id"], gone["id"]}
    assert ids(f"grantee={reader}&state=active") == {kept["id"]}
    assert ids(f"grantee={reader}&state=revoked") == {gone["id"]}
    assert {kept["id"], gone["id"]} <= ids(f"resource={lake.product}")
    assert ids(f"grantee={reader}&resource={lake.domain}") == set()


def test_a_grant_that_begins_later_is_scheduled(mesh, lake):
    reader, client = mesh.principal()

    grant = lake.grant(reader, not_before="2099-01-01T00:00:00Z")

    assert grant["state"] == "scheduled"
    assert lake.resolve(client).status == 403


@pytest.mark.parametrize("change,pointer", [
    ({"rows": 'context.row.nothing == 1'}, "/rows"),
    ({"columns": {"exclude": ["nothing"]}}, "/columns/exclude/0"),
    ({"delegable": True}, "/delegable"),
    ({"actions": []}, "/actions"),
    ({"actions": ["administer"]}, "/actions/0"),
    ({"grantee": "ana"}, "/grantee"),
    ({"purposes": "analytics"}, "/purposes"),
    ({"expires_at": "tomorrow"}, "/expires_at"),
    ({"expires_at": "2026-01-01T00:00:00+02:00"}, "/expires_at"),
    ({"granted": True}, "/granted"),
])
def test_a_grant_that_cannot_be_is_400_with_its_pointer(mesh, lake, change, pointer):
    reader, _ = mesh.principal()
    body = {"grantee": reader, "resource": lake.product, "actions": ["read"], "reason": "t", **change}

    answer = lake.owner.post("/grants", body)

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert any(found.startswith(pointer) for found in answer.pointers), answer.pointers


@pytest.mark.parametrize("change", [
    {"grantee": "user:nobody-of-this-name"}, {"purposes": ["no-such-purpose"]},
    {"resource": "no-such-domain"}])
def test_a_grant_names_only_what_exists(mesh, lake, change):
    reader, _ = mesh.principal()
    body = {"grantee": reader, "resource": lake.product, "actions": ["read"], "reason": "t", **change}

    assert lake.owner.post("/grants", body).status in (400, 404, 422)


def test_only_owners_grant(mesh, lake):
    reader, client = mesh.principal()

    answer = client.post("/grants", {"grantee": reader, "resource": lake.product,
                                     "actions": ["read"], "reason": "for me"})

    assert (answer.status, answer.problem) == (403, "forbidden")


def test_a_revocation_holds_as_soon_as_it_is_acknowledged(mesh, lake):
    reader, client = mesh.principal()
    grant = lake.grant(reader)
    started, revoked, late = threading.Event(), threading.Event(), []

    def ask(own):
        while True:
            after = revoked.is_set()
            status = lake.resolve(own, delivery="none").status
            started.set()
            if after:
                if status != 403:
                    late.append(status)
                return

    askers = [threading.Thread(target=ask, args=(client.again(),)) for _ in range(4)]
    for asker in askers:
        asker.start()
    started.wait(60)
    lake.owner.must("DELETE", f"/grants/{grant['id']}")
    revoked.set()
    for asker in askers:
        asker.join()

    assert late == []


# --- tokens ---

def test_a_token_is_shown_once(mesh, admin):
    principal, _ = mesh.principal()

    made = admin.post("/tokens", {"principal": principal, "name": "laptop"})
    read = admin.get(f"/tokens/{made.json()['id']}")

    assert made.status == 201
    assert made.json()["token"].startswith("chr_")
    assert "token" not in read.json()
    assert made.json()["token"] not in admin.get("/tokens").text


def test_a_deleted_token_is_refused_at_once(mesh, admin):
    principal, _ = mesh.principal()
    made = admin.must("POST", "/tokens", {"principal": principal, "name": "laptop"})
    client = admin.with_token(made["token"])
    assert client.get("/me").status == 200

    assert admin.delete(f"/tokens/{made['id']}").status == 204

    assert client.get("/me").status == 401


def test_a_token_ends(mesh, admin):
    principal, _ = mesh.principal()
    made = admin.must("POST", "/tokens", {"principal": principal, "name": "short",
                                          "expires_at": in_seconds(1)})
    client = admin.with_token(made["token"])

    answers = [client.get("/me")]
    while answers[-1].status == 200 and len(answers) < 100_000:
        answers.append(client.get("/me"))

    assert answers[-1].status == 401


def test_one_makes_no_token_for_another(mesh):
    principal, _ = mesh.principal()
    _, client = mesh.principal()

    answer = client.post("/tokens", {"principal": principal, "name": "theirs"})

    assert answer.status in (403, 404)


def test_a_disabled_user_is_refused(mesh, admin):
    principal, client = mesh.principal()
    admin.must("PATCH", "/users/" + principal.removeprefix("user:"), {"disabled": True})

    assert client.get("/me").status == 401


# --- the vocabulary ---

def test_a_tag_in_use_goes_only_by_force(mesh, admin):
    key = unique("key")
    admin.must("PUT", f"/tags/{key}", {"values": ["a", "b"], "description": "d"})
    domain, owner = mesh.domain()
    owner.must("PUT", f"/domains/{domain}/products/tagged", {"title": "T", "tags": {key: ["a"]}})

    kept = admin.delete(f"/tags/{key}")
    value_kept = admin.put(f"/tags/{key}", {"values": ["b"], "description": "d"})

    assert (kept.status, kept.problem) == (409, "conflict")
    assert (value_kept.status, value_kept.problem) == (409, "conflict")
    assert admin.get(f"/tags/{key}").json()["values"] == ["a", "b"]


def test_a_value_outside_the_vocabulary_is_refused(mesh, admin):
    key = unique("key")
    admin.must("PUT", f"/tags/{key}", {"values": ["a"], "description": "d"})
    domain, owner = mesh.domain()

    answer = owner.put(f"/domains/{domain}/products/tagged", {"title": "T", "tags": {key: ["z"]}})

    assert answer.status in (400, 422)


# --- policies ---

def test_the_builtin_policies_and_the_schema_are_readable(mesh):
    _, client = mesh.principal()

    assert "owners-manage-domains" in client.get("/policies/builtin").text
    assert "entity Team" in client.get("/policies/schema").text


BAD_POLICIES = {
    "nothing": "",
    "no policy": "// only a comment",
    "half": "permit (principal, action",
    "two": 'permit (principal, action == Action::"read", resource in Domain::"{d}");\n' * 2,
    "a template": 'permit (principal == ?principal, action == Action::"read", resource in Domain::"{d}");',
    "a bare action": 'permit (principal, action, resource in Domain::"{d}");',
    "a bare resource": 'permit (principal, action == Action::"read", resource);',
    "another domain": 'permit (principal, action == Action::"read", resource in Domain::"other");',
    "administration": 'permit (principal, action == Action::"grant", resource in Domain::"{d}");',
    "an unknown action": 'permit (principal, action == Action::"peek", resource in Domain::"{d}");',
    "rows": 'permit (principal, action == Action::"read", resource in Domain::"{d}") '
            'when {{ context.row.nothing == 1 }};',
}


@pytest.mark.parametrize("cedar", BAD_POLICIES.values(), ids=BAD_POLICIES.keys())
def test_a_policy_that_a_domain_may_not_have_is_refused(lake, cedar):
    name = unique("bad")
    text = cedar.replace("{d}", lake.domain).replace("{{", "{").replace("}}", "}")

    answer = lake.owner.put(f"/domains/{lake.domain}/policies/{name}", {"cedar": text})

    assert answer.status in (400, 422), repr(answer)
    assert lake.owner.get(f"/domains/{lake.domain}/policies/{name}").status == 404


def test_check_names_line_and_column_and_changes_nothing(lake):
    answer = lake.owner.post("/policies/check",
                             {"cedar": "permit (\n  principal, oops", "domain": lake.domain})

    assert answer.status == 200
    document = answer.json()
    assert document["valid"] is False
    assert document["errors"][0]["line"] == 2
    assert document["errors"][0]["column"] > 1 and document["errors"][0]["detail"]


def test_check_says_yes(lake):
    answer = lake.owner.post("/policies/check", {
        "cedar": f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}");',
        "domain": lake.domain})

    assert answer.json()["valid"] is True and answer.json()["errors"] == []


@pytest.mark.parametrize("cedar", [
    'permit (principal, action == Action::"read", resource);',
    'permit (principal, action in [Action::"edit"], resource);'])
def test_a_guardrail_permits_no_data_and_no_administration(admin, cedar):
    answer = admin.put(f"/guardrails/{unique('bad')}", {"cedar": cedar, "mode": "enforce"})

    assert answer.status in (400, 422)


def test_when_a_token_was_last_used_is_told_and_outlives_a_restart(own_server):
    admin = Client(own_server.port, own_server.admin_token)
    admin.must("PUT", "/services/etl", {})
    made = admin.must("POST", "/tokens", {"principal": "service:etl", "name": "nightly"})
    assert made["last_used_at"] is None
    admin.with_token(made["token"]).must("GET", "/me")
    used = admin.must("GET", f"/tokens/{made['id']}")["last_used_at"]
    assert used is not None
    admin.close()
    assert own_server.stop() == 0
    own_server.start()
    again = Client(own_server.port, own_server.admin_token)
    assert again.must("GET", f"/tokens/{made['id']}")["last_used_at"] == used
    again.close()
