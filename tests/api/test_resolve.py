"""Resolve: each outcome, what the caller is told, and its one ledger record."""
import re

import pytest

from scenario import Lake, in_seconds, unique

UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


class Asker:
    """A fresh user, and the ledger records of what it asked."""

    def __init__(self, mesh):
        self.mesh = mesh
        self.principal, self.client = mesh.principal("user", "asker")

    def records(self):
        return self.mesh.admin.pages(f"/ledger?principal={self.principal}")

    def one_record(self):
        """The only record there is."""
        records = self.records()
        assert len(records) == 1, records
        return self.mesh.admin.get(f"/ledger/{records[0]['id']}").json()


@pytest.fixture
def asker(mesh):
    return Asker(mesh)


def assert_denied(answer, asker, determined_by):
    """403 with its decision, and one record that says the same."""
    assert (answer.status, answer.problem) == (403, "forbidden")
    decision = answer.json()["decision"]
    assert UUID7.match(decision["id"])
    assert decision["allow"] is False
    assert decision["determined_by"] == determined_by
    assert decision["reason"]
    record = asker.one_record()
    assert record["id"] == decision["id"]
    assert record["allow"] is False
    assert record["determined_by"] == determined_by
    assert record["principal"] == asker.principal
    return record


def test_allowed_by_a_grant(lake, asker):
    grant = lake.grant(asker.principal)

    answer = lake.resolve(asker.client)

    assert answer.status == 200, repr(answer)
    document = answer.json()
    assert document["decision"]["allow"] is True
    assert document["decision"]["determined_by"] == [f"grant:{grant['id']}"]
    assert UUID7.match(document["decision"]["id"])
    assert document["port"] == lake.port
    assert document["version"] == "1.0.0"
    assert document["format"] == "csv"
    assert document["location"] == f"local://{lake.storage}/{lake.domain}/customers/"
    assert document["access"]["restricted"] is False
    assert document["access"]["columns"] == [
        {"name": "c_customer_sk", "show": "clear"}, {"name": "c_email_address", "show": "clear"}]
    assert document["lease"]["id"] == document["decision"]["id"]
    assert {url["path"]: url["size_bytes"] for url in document["lease"]["urls"]} == {
        name: len(content) for name, content in lake.files.items()}
    assert document["lease"]["credentials"] is None
    record = asker.one_record()
    assert record["id"] == document["decision"]["id"]
    assert record["allow"] is True
    assert record["determined_by"] == [f"grant:{grant['id']}"]


def test_allowed_by_a_policy(mesh, asker):
    lake = Lake(mesh)
    user = asker.principal.removeprefix("user:")
    label = lake.policy(f'permit (principal == User::"{user}", action == Action::"read", '
                        f'resource in Domain::"{lake.domain}");')

    answer = lake.resolve(asker.client)

    assert answer.status == 200, repr(answer)
    assert answer.json()["decision"]["determined_by"] == [label]
    assert asker.one_record()["determined_by"] == [label]


def test_allowed_through_a_group_and_a_team(mesh, asker):
    lake = Lake(mesh)
    group, (domain, _) = unique("analysts"), mesh.domain(members=[asker.principal])
    mesh.admin.must("PUT", f"/groups/{group}", {"members": [asker.principal]})
    for grantee in (f"group:{group}", f"domain:{domain}"):
        grant = lake.grant(grantee)
        assert lake.resolve(asker.client).json()["decision"]["determined_by"] == [
            f"grant:{grant['id']}"]
        lake.owner.must("DELETE", f"/grants/{grant['id']}")
        assert lake.resolve(asker.client).status == 403


def test_denied_by_default(lake, asker):
    answer = lake.resolve(asker.client)

    assert_denied(answer, asker, [])
    body = answer.json()["request_access"]
    assert body["resource"] in (lake.product, lake.port)
    assert "lease" not in answer.json() and "location" not in answer.json()


def test_denied_by_a_forbid(mesh, asker):
    lake = Lake(mesh)
    user = asker.principal.removeprefix("user:")
    lake.grant(asker.principal)
    label = lake.policy(f'forbid (principal == User::"{user}", action in [Action::"read"], '
                        f'resource in Domain::"{lake.domain}");')

    assert_denied(lake.resolve(asker.client), asker, [label])


def test_denied_by_a_forbid_of_the_domain_above(mesh, asker):
    lake = Lake(mesh)
    above, above_owner = mesh.domain()
    document = {key: value for key, value in mesh.admin.get(f"/domains/{lake.domain}").json().items()
                if key in ("title", "owners", "members")}
    mesh.admin.must("PUT", f"/domains/{lake.domain}", {**document, "parent": above})
    lake.grant(asker.principal)
    name = unique("closed")
    above_owner.must("PUT", f"/domains/{above}/policies/{name}", {
        "cedar": f'forbid (principal, action == Action::"read", resource in Domain::"{above}");'})

    assert_denied(lake.resolve(asker.client), asker, [f"policy:{above}/{name}"])


def test_a_permit_of_the_domain_above_gives_nothing(mesh, asker):
    lake = Lake(mesh)
    above, above_owner = mesh.domain()
    document = {key: value for key, value in mesh.admin.get(f"/domains/{lake.domain}").json().items()
                if key in ("title", "owners", "members")}
    mesh.admin.must("PUT", f"/domains/{lake.domain}", {**document, "parent": above})
    above_owner.must("PUT", f"/domains/{above}/policies/open", {
        "cedar": f'permit (principal, action == Action::"read", resource in Domain::"{above}");'})

    assert_denied(lake.resolve(asker.client), asker, [])


def test_denied_by_a_guardrail(mesh, lake, asker):
    user = asker.principal.removeprefix("user:")
    lake.grant(asker.principal)
    name = unique("guard")
    mesh.admin.must("PUT", f"/guardrails/{name}", {
        "mode": "enforce",
        "cedar": f'forbid (principal == User::"{user}", action in [Action::"data"], resource);'})

    assert_denied(lake.resolve(asker.client), asker, [f"guardrail:{name}"])


def test_a_guardrail_in_shadow_decides_nothing(mesh, lake, asker):
    user = asker.principal.removeprefix("user:")
    lake.grant(asker.principal)
    name = unique("shadow")
    mesh.admin.must("PUT", f"/guardrails/{name}", {
        "mode": "shadow",
        "cedar": f'forbid (principal == User::"{user}", action in [Action::"data"], resource);'})

    assert lake.resolve(asker.client).status == 200
    assert f"guardrail:{name}" in str(asker.one_record())


def test_an_erring_forbid_denies(mesh, asker):
    lake = Lake(mesh)
    lake.grant(asker.principal)
    label = lake.policy(f'forbid (principal, action in [Action::"read"], '
                        f'resource in Domain::"{lake.domain}") when {{ 9223372036854775807 + 1 == 0 }};')

    answer = lake.resolve(asker.client)  # without a purpose the attribute is missing

    assert (answer.status, answer.problem) == (403, "forbidden")
    assert label in str(asker.one_record())


def test_hidden_looks_like_absent(mesh, asker):
    lake = Lake(mesh, visibility="hidden")
    absent_port = f"{lake.domain}/absent/files"

    hidden = lake.resolve(asker.client)
    absent = asker.client.post("/resolve", {"port": absent_port, "action": "read"})
    elsewhere = asker.client.post("/resolve", {"port": "no-such/at/all", "action": "read"})

    assert hidden.status == absent.status == elsewhere.status == 404
    bodies = [answer.json() for answer in (hidden, absent, elsewhere)]
    for body in bodies:
        del body["instance"]
    assert bodies[0] == bodies[1] == bodies[2]
    assert set(map(str.lower, hidden.headers)) == set(map(str.lower, absent.headers))


def test_hidden_leaves_one_record_that_says_so(mesh, asker):
    lake = Lake(mesh, visibility="hidden")

    assert lake.resolve(asker.client).status == 404

    record = asker.one_record()
    assert record["allow"] is False
    assert record["resource"] == lake.port


def test_absent_leaves_one_record(mesh, asker):
    assert asker.client.post("/resolve", {"port": "no-such/at/all", "action": "read"}).status == 404

    assert asker.one_record()["allow"] is False


def test_a_draft_does_not_resolve(mesh, asker):
    lake = Lake(mesh, publish=False)
    lake.grant(asker.principal)

    answer = lake.resolve(asker.client)

    assert answer.status in (403, 404, 409)
    assert asker.one_record()["allow"] is False


def test_ownership_and_administration_give_no_data(mesh, lake):
    # An administrator of its own: the other one may have used up its refusals of this minute.
    name, administrator = mesh.principal("user", "administrator")
    group = mesh.admin.get("/groups/administrators")
    members = group.json()["members"]
    mesh.admin.must("PATCH", "/groups/administrators", {"members": members + [name]})
    try:
        assert (lake.resolve(lake.owner).status, lake.resolve(administrator).status) == (403, 403)
    finally:
        mesh.admin.must("PATCH", "/groups/administrators", {"members": members})


def test_denied_once_the_grant_expired(mesh, lake, asker):
    grant = lake.grant(asker.principal, expires_at=in_seconds(1))

    state = grant["state"]
    for _ in range(100_000):
        if state == "expired":
            break
        state = lake.owner.get(f"/grants/{grant['id']}").json()["state"]

    assert state == "expired"
    assert_denied(lake.resolve(asker.client), asker, [])


def test_denied_once_the_grant_was_revoked(lake, asker):
    grant = lake.grant(asker.principal)
    lake.owner.must("DELETE", f"/grants/{grant['id']}")

    assert_denied(lake.resolve(asker.client), asker, [])


def test_denied_for_another_purpose(mesh, lake, asker):
    for purpose in ("analytics", "marketing"):
        mesh.admin.must("PUT", f"/purposes/{purpose}", {"description": purpose})
    lake.grant(asker.principal, purposes=["analytics"])

    assert_denied(lake.resolve(asker.client, purpose="marketing"), asker, [])
    assert lake.resolve(asker.client).status == 403
    assert lake.resolve(asker.client, purpose="analytics").status == 200


def test_a_purpose_that_one_may_not_claim_is_refused(mesh, lake, asker):
    purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{purpose}", {"description": "d", "claimable_by": ["user:admin"]})
    lake.grant(asker.principal)

    claimed = lake.resolve(asker.client, purpose=purpose)

    assert claimed.status == 403
    assert asker.one_record()["allow"] is False


def test_an_unknown_purpose_is_refused(lake, asker):
    lake.grant(asker.principal)

    answer = lake.resolve(asker.client, purpose="no-such-purpose")

    assert answer.status in (400, 403, 422)
    assert "lease" not in answer.text
    assert [record["allow"] for record in asker.records()] in ([], [False])


def test_some_columns_only_need_an_enforcing_engine(mesh, asker):
    lake = Lake(mesh)
    user = asker.principal.removeprefix("user:")
    lake.policy(f'permit (principal == User::"{user}", action == Action::"read", '
                f'resource == Column::"{lake.port}/c_customer_sk");')

    answer = lake.resolve(asker.client)

    assert (answer.status, answer.problem) == (403, "enforcement-required")
    assert "lease" not in answer.json()
    assert asker.one_record()["allow"] is False


@pytest.mark.parametrize("body,pointer", [
    ({}, "/port"), ({"port": 1}, "/port"), ({"port": "a"}, "/port"),
    ({"port": "a/b/c", "extra": 1}, "/extra"),
    ({"port": "a/b/c", "action": "administer"}, "/action"),
    ({"port": "a/b/c", "duration_s": 0}, "/duration_s"),
    ({"port": "a/b/c", "duration_s": 3601}, "/duration_s"),
    ({"port": "a/b/c", "duration_s": "60"}, "/duration_s"),
    ({"port": "a/b/c", "delivery": "pigeon"}, "/delivery"),
    ({"requests": []}, "/requests"),
    ({"requests": [{"port": "a/b/c"}] * 101}, "/requests"),
])
def test_a_body_that_cannot_be_is_400_with_its_pointer(asker, body, pointer):
    answer = asker.client.post("/resolve", body)

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert pointer in answer.pointers
    assert asker.records() == []


def test_many_at_once_have_a_result_each(mesh, lake, asker):
    lake.grant(asker.principal)
    closed = Lake(mesh)

    answer = asker.client.post("/resolve", {"requests": [
        {"port": lake.port, "action": "read"}, {"port": closed.port, "action": "read"}, {"port": "no-such/at/all", "action": "read"}]})

    assert answer.status == 200
    results = answer.json()["results"]
    assert len(results) == 3
    assert results[0]["decision"]["allow"] is True and results[0]["lease"]["urls"]
    assert results[1]["status"] == 403
    assert results[2]["status"] == 404
    assert len(asker.records()) == 3


def test_delivery_none_decides_and_hands_out_no_url(lake, asker):
    lake.grant(asker.principal)

    document = lake.resolve(asker.client, delivery="none").json()

    assert document["decision"]["allow"] is True
    assert not (document.get("lease") or {}).get("urls")
    assert asker.one_record()["allow"] is True


# --- authorize ---

def test_authorize_says_the_verdict_and_releases_nothing(lake, asker):
    question = {"action": "read", "resource": lake.port}

    denied = asker.client.post("/authorize", question)
    grant = lake.grant(asker.principal)
    allowed = asker.client.post("/authorize", question)

    assert denied.status == allowed.status == 200
    assert denied.json()["decision"]["allow"] is False
    assert allowed.json()["decision"]["allow"] is True
    assert allowed.json()["decision"]["determined_by"] == [f"grant:{grant['id']}"]
    assert "lease" not in allowed.json() and "location" not in allowed.json()


def test_authorize_for_another_is_for_owners(mesh, lake, asker):
    question = {"principal": asker.principal, "action": "read", "resource": lake.port}
    _, stranger = mesh.principal()

    assert lake.owner.post("/authorize", question).status == 200
    assert stranger.post("/authorize", question).status in (403, 404)
