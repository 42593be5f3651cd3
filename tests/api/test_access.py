"""Who can do what, and what a change would change, as owners, members and strangers see it."""
import pytest

from scenario import Lake, unique


def who(client, resource, action="read", **more):
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return client.get(f"/access/who?resource={resource}&action={action}{query}")


def what(client, principal, action="read", **more):
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return client.get(f"/access/what?principal={principal}&action={action}{query}")


def names(client, resource, **more):
    return [item["principal"] for item in who(client, resource, **more).json()["items"]]


@pytest.fixture
def own_lake(mesh):
    """A published product that no other test grants on."""
    return Lake(mesh)


# --- who and what ---

def test_who_says_by_which_way(mesh, own_lake):
    reader, _ = mesh.principal()
    group, _ = mesh.principal("group")
    mesh.admin.must("PATCH", f"/groups/{group[6:]}", {"members": [reader]})
    grant = own_lake.grant(group, expires_at="2099-01-01T00:00:00Z")

    answer = who(own_lake.owner, own_lake.port)

    assert answer.status == 200, repr(answer)
    assert answer.json() == {
        "items": [{"principal": reader, "forbidden_by": [], "paths": [
            {"via": f"grant:{grant['id']}", "grantee": group, "chain": [reader, group],
             "on": own_lake.product, "conditions": ["until 2099-01-01T00:00:00Z"]}]}],
        "next": None, "complete": True}


def test_what_one_may_not_discover_is_not_listed_though_a_rule_gives_it(mesh):
    lake = Lake(mesh, visibility="hidden")
    reader, client = mesh.principal()
    lake.policy(f'permit (principal == User::"{reader[5:]}", action == Action::"read", '
                f'resource in Product::"{lake.product}");')

    def listed(asker):
        return [item["resource"] for item in what(asker, reader).json()["items"]
                if item["resource"].startswith(f"{lake.domain}/")]

    assert listed(lake.owner) == [lake.port]
    assert listed(client) == []
    lake.grant(reader, actions=["discover"])
    assert listed(client) == [lake.port]


def test_nobody_has_what_is_suspended(mesh, own_lake):
    reader, client = mesh.principal()
    own_lake.grant(reader)
    own_lake.policy(f'permit (principal, action == Action::"read", '
                    f'resource in Domain::"{own_lake.domain}");', name="everybody")

    def listed():
        return [item.get("principal", item.get("scope"))
                for item in who(own_lake.owner, own_lake.port).json()["items"]]

    assert listed() == ["anybody signed in", reader]
    for closed, left in (({"resource": own_lake.product}, []),
                         ({"principal": reader}, ["anybody signed in"])):
        held = mesh.admin.must("POST", "/suspensions", {**closed, "reason": "a test"})
        assert listed() == left
        assert what(mesh.admin, reader).json()["items"] == []
        mesh.admin.must("DELETE", f"/suspensions/{held['id']}")
    own_lake.owner.must("DELETE", f"/domains/{own_lake.domain}/policies/everybody")


def test_what_is_the_reverse(mesh, own_lake):
    reader, client = mesh.principal()
    own_lake.grant(reader)

    own = what(client, reader)

    assert [item["resource"] for item in own.json()["items"]] == [own_lake.port]
    assert what(own_lake.owner, reader).json() == own.json()
    assert what(mesh.admin, reader).json() == own.json()


def test_pages_add_up_while_grants_come_and_go(mesh, own_lake):
    readers = [mesh.principal()[0] for _ in range(7)]
    grants = [own_lake.grant(reader) for reader in readers]
    gone = own_lake.grant(mesh.principal()[0])

    first = who(own_lake.owner, own_lake.port, limit=3).json()
    seen = [item["principal"] for item in first["items"]]
    kept = [r for r, g in zip(readers, grants) if r not in seen]
    own_lake.owner.must("DELETE", f"/grants/{gone['id']}")
    cursor = first["next"]
    while cursor:
        page = who(own_lake.owner, own_lake.port, limit=3, cursor=cursor).json()
        seen += [item["principal"] for item in page["items"]]
        cursor = page["next"]

    assert len(seen) == len(set(seen))
    assert set(kept) <= set(seen)
    assert set(readers) <= set(seen)


def test_the_cursor_of_a_page_names_nobody(mesh, own_lake):
    grants = [own_lake.grant(mesh.principal()[0]) for _ in range(3)]

    cursor = who(own_lake.owner, own_lake.port, limit=1).json()["next"]

    assert len(cursor) == 64
    assert all(grant["id"] not in cursor for grant in grants)


@pytest.mark.parametrize("query,status", [
    ("resource=a", 400), ("resource=a&action=fly", 400), ("action=read", 400),
    ("resource=a&action=read&cursor=x", 400), ("resource=a&action=read&limit=0", 400),
    ("resource=a&action=read&principal=user:x", 400),
    (f"resource=a&action=read&cursor={'0' * 64}", 404),
    ("resource=a&action=read", 404), ("resource=../a&action=read", 404),
    ("resource=a/b/c/d/e&action=read", 404), ("resource=&action=read", 404),
])
def test_questions_that_cannot_be(admin, query, status):
    assert admin.get(f"/access/who?{query}").status == status


def test_who_is_for_owners_and_hidden_things_are_404(mesh, own_lake):
    _, stranger = mesh.principal()
    hidden = Lake(mesh, visibility="hidden")

    assert who(stranger, own_lake.port).status == 403
    assert who(stranger, hidden.port).status == 404
    absent = who(stranger, "no-such/thing").json()
    assert {**who(stranger, hidden.product).json(), "instance": absent["instance"]} == absent
    assert who(hidden.owner, hidden.port).status == 200


def test_what_about_others_is_not_for_everybody(mesh, own_lake):
    reader, _ = mesh.principal()
    _, stranger = mesh.principal()
    own_lake.grant(reader)
    other = Lake(mesh)

    assert what(stranger, reader).status == 403
    assert what(other.owner, reader).json()["items"] == []
    assert what(own_lake.owner, "user:no-such").status == 404


def test_a_forbid_leaves_out_and_a_conditional_one_is_said(mesh, own_lake):
    reader, _ = mesh.principal()
    own_lake.grant(reader)
    label = own_lake.policy(
        f'forbid (principal, action == Action::"read", resource in Domain::"{own_lake.domain}")'
        ' unless { context has purpose };', "hours")

    item, = who(own_lake.owner, own_lake.port).json()["items"]
    own_lake.policy(
        f'forbid (principal, action == Action::"read", resource in Domain::"{own_lake.domain}");',
        "hours")

    assert item["forbidden_by"] == [{"by": label, "conditions": ["unless { context has purpose }"]}]
    assert names(own_lake.owner, own_lake.port) == []


def test_moving_a_member_counts_at_once(mesh, own_lake):
    reader, _ = mesh.principal()
    group, _ = mesh.principal("group")
    own_lake.grant(group)

    assert names(own_lake.owner, own_lake.port) == []
    mesh.admin.must("PATCH", f"/groups/{group[6:]}", {"members": [reader]})
    assert names(own_lake.owner, own_lake.port) == [reader]
    mesh.admin.must("PATCH", f"/groups/{group[6:]}", {"members": []})
    assert names(own_lake.owner, own_lake.port) == []


# --- dry runs ---

def fact(principal, resource, action="read"):
    return {"principal": principal, "resource": resource, "action": action}


def test_a_dry_grant_says_who_gains(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    end = mesh.admin.end_of_changes()
    last = mesh.admin.get("/ledger?limit=1").json()["items"][0]["id"]

    answer = lake.owner.post("/grants?dry_run=true", {
        "grantee": reader, "resource": lake.product, "actions": ["read"], "reason": "t"},
        headers={"Idempotency-Key": unique("key")})

    assert answer.status == 200, repr(answer)
    shown = answer.json()
    assert shown["answer"]["grantee"] == reader
    del shown["answer"]
    assert shown == {"dry_run": True, "gained": [fact(reader, lake.port)], "lost": [],
                     "gained_count": 1, "lost_count": 0, "complete": True}
    assert mesh.admin.changes(end) == []
    assert mesh.admin.get("/ledger?limit=1").json()["items"][0]["id"] == last
    assert lake.owner.get(f"/grants?grantee={reader}").json()["items"] == []
    assert lake.resolve(client).status == 403


def test_a_key_of_a_dry_run_is_free_for_the_change(mesh):
    lake = Lake(mesh)
    reader, _ = mesh.principal()
    body = {"grantee": reader, "resource": lake.product, "actions": ["read"], "reason": "t"}
    key = {"Idempotency-Key": unique("key")}

    dry = lake.owner.post("/grants?dry_run=true", body, headers=key)
    made = lake.owner.post("/grants?dry_run=false", body, headers=key)

    assert (dry.status, made.status) == (200, 201)
    assert names(lake.owner, lake.port) == [reader]


def test_a_dry_revoke_says_who_loses(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    grant = lake.grant(reader)
    end = mesh.admin.end_of_changes()

    answer = lake.owner.delete(f"/grants/{grant['id']}?dry_run=true")

    assert answer.json()["lost"] == [fact(reader, lake.port)]
    assert answer.json()["answer"] == {"revoked": [grant["id"]]}
    assert lake.resolve(client).status == 200
    assert mesh.admin.changes(end) == []


def test_dry_policies_members_and_groups(mesh):
    lake = Lake(mesh)
    reader, _ = mesh.principal()
    other, _ = mesh.principal()
    group, _ = mesh.principal("group")
    name = group[6:]
    lake.grant(group)
    lake.grant(f"domain:{lake.domain}")
    end = mesh.admin.end_of_changes()
    domain = mesh.admin.get(f"/domains/{lake.domain}").json()

    def would(answer):
        assert answer.status == 200, repr(answer)
        return answer.json()["gained"], answer.json()["lost"]

    assert would(mesh.admin.put(f"/groups/{name}?dry_run=true", {"members": [reader]})) == (
        [fact(reader, lake.port)], [])
    assert would(mesh.admin.patch(f"/domains/{lake.domain}?dry_run=true",
                                  {"members": [other]})) == ([fact(other, lake.port)], [])
    assert would(lake.owner.put(
        f"/domains/{lake.domain}/policies/p?dry_run=true",
        {"cedar": f'permit (principal == User::"{reader[5:]}", action == Action::"write", '
                  f'resource in Domain::"{lake.domain}");'})) == (
        [fact(reader, lake.port, "write")], [])
    assert would(mesh.admin.delete(f"/groups/{name}?dry_run=true")) == ([], [])
    assert mesh.admin.get(f"/domains/{lake.domain}").json() == domain
    assert mesh.admin.changes(end) == []


def test_a_dry_guardrail_says_who_loses(mesh):
    lake = Lake(mesh)
    reader, _ = mesh.principal()
    lake.grant(reader)
    end = mesh.admin.end_of_changes()

    answer = mesh.admin.put(f"/guardrails/{unique('rail')}?dry_run=true", {
        "cedar": f'forbid (principal, action == Action::"read", resource in Domain::"{lake.domain}");',
        "mode": "enforce"})

    assert answer.json()["lost"] == [fact(reader, lake.port)]
    assert mesh.admin.changes(end) == []


def test_a_dry_run_tells_nothing_of_what_is_hidden(mesh):
    hidden = Lake(mesh, visibility="hidden")
    owner, owner_client = mesh.principal()
    joining, _ = mesh.principal()
    domain, _ = mesh.domain(owners=[owner])
    hidden.grant(f"domain:{domain}")
    # Owners of the team are no members of it: what it may read is not theirs to see.
    answer = owner_client.patch(f"/domains/{domain}?dry_run=true", {"members": [joining]})

    assert answer.json()["gained"] == []
    assert answer.json()["gained_count"] == 0
    whole = mesh.admin.patch(f"/domains/{domain}?dry_run=true", {"members": [joining]}).json()
    assert fact(joining, hidden.port) in whole["gained"]


def test_a_dry_run_names_no_members_of_a_hidden_team(mesh):
    lake = Lake(mesh)
    member, _ = mesh.principal()
    team, _ = mesh.domain(members=[member])
    body = {"grantee": f"domain:{team}", "resource": lake.product, "actions": ["read"], "reason": "t"}

    assert lake.owner.get(f"/domains/{team}").status == 404
    shown = lake.owner.post("/grants?dry_run=true", body).json()
    assert (shown["gained"], shown["gained_count"], shown["complete"]) == ([], 0, False)
    assert fact(member, lake.port) in mesh.admin.post("/grants?dry_run=true", body).json()["gained"]


def test_errors_of_a_dry_run_are_those_of_the_change(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    body = {"grantee": reader, "resource": lake.product, "actions": ["read"], "reason": "t"}

    for path, document, who_asks in [("/grants", body, client),
                                     ("/grants", {**body, "grantee": "user:none"}, lake.owner),
                                     ("/grants", {**body, "actions": []}, lake.owner)]:
        real = who_asks.post(path, document)
        dry = who_asks.post(f"{path}?dry_run=true", document)
        assert (dry.status, dry.problem) == (real.status, real.problem)
        assert dry.json()["detail"] == real.json()["detail"]
    assert lake.owner.post("/grants?dry_run=maybe", body).status == 400
    assert mesh.admin.put(f"/users/{unique('u')}?dry_run=true", {}).status == 400
