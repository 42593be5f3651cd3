"""Grants: by tags, passed on, many at once, reviewed, listed."""
import threading

import pytest

from scenario import Lake, in_seconds, unique


def grant_body(grantee, lake, **more):
    return {"grantee": grantee, "resource": lake.product, "actions": ["describe", "read"],
            "reason": "a test", **more}


@pytest.fixture(scope="module")
def hidden(mesh):
    """A lake that nobody discovers without being given it."""
    return Lake(mesh, visibility="hidden")


@pytest.fixture(scope="module")
def key(admin):
    name = unique("class")
    admin.must("PUT", f"/tags/{name}", {"values": ["open", "pii"], "description": "d"})
    return name


@pytest.fixture(scope="module")
def team(mesh):
    """A domain with an owner and two members: (name, owner's client, members)."""
    members = [mesh.principal() for _ in range(2)]
    name, owner = mesh.domain(members=[principal for principal, _ in members])
    return name, owner, members


def retag(lake, tags):
    lake.owner.must("PATCH", lake.path, {"tags": tags})


# --- by tags ---

def test_a_grant_by_tags_follows_a_retag_from_the_acknowledgement_on(mesh, hidden, key):
    reader, client = mesh.principal()
    made = hidden.owner.must("POST", "/grants", {
        "grantee": reader, "tagged": {"domain": hidden.domain, "all": {key: ["open"]}},
        "actions": ["read"]})
    assert hidden.resolve(client).status == 404
    for _ in range(5):
        retag(hidden, {key: ["open"]})
        assert hidden.resolve(client).status == 200
        retag(hidden, {key: ["pii"]})
        assert hidden.resolve(client).status == 404
    retag(hidden, {})
    assert made["tagged"] == {"domain": hidden.domain, "all": {key: ["open"]}}
    assert "resource" not in made
    assert any(f'resource.getTag("{key}")' in text for text in made["cedar"])
    assert hidden.owner.get(f"/grants/{made['id']}").json() == made


@pytest.mark.parametrize("tagged,pointer", [
    ({"all": {}}, "/tagged/all"),
    ({"all": {"no-such-key": ["x"]}}, "/tagged/all/no-such-key"),
    ({"all": None}, "/tagged/all"),
    ({"domain": "no-such-domain", "all": {"k": ["v"]}}, "/tagged/domain"),
    ({"all": {"k": ["v"]}, "any": {}}, "/tagged/any"),
])
def test_a_tag_expression_that_cannot_be_is_refused(mesh, lake, tagged, pointer):
    reader, _ = mesh.principal()

    answer = lake.owner.post("/grants", {"grantee": reader, "actions": ["read"],
                                         "tagged": {"domain": lake.domain, **tagged}})

    assert answer.status == 400
    assert pointer in answer.pointers


def test_a_grant_is_on_a_resource_or_by_tags(mesh, lake, key):
    reader, _ = mesh.principal()
    tagged = {"tagged": {"domain": lake.domain, "all": {key: ["open"]}}}

    both = lake.owner.post("/grants", grant_body(reader, lake, **tagged))
    neither = lake.owner.post("/grants", {"grantee": reader, "actions": ["read"]})

    assert (both.status, both.pointers) == (400, ["/tagged"])
    assert (neither.status, neither.pointers) == (400, ["/resource"])


# --- passing on ---

def test_a_domain_passes_on_what_it_was_given_and_all_falls_with_it(mesh, hidden, team):
    name, owner, [(ana, ana_client), (_, bob_client)] = team
    given = hidden.grant(f"domain:{name}", delegable=True, expires_at="2099-01-01T00:00:00Z")
    assert ana_client.get(hidden.path).status == 404
    assert hidden.resolve(owner).status == 403, "owners may know of it and no more"

    passed = owner.must("POST", "/grants", grant_body(ana, hidden, parent=given["id"]))

    assert passed["parent"] == given["id"]
    assert "expires_at" not in passed, "what was not put is not shown"
    assert any(f'in Team::"{name}"' in text and "2099" in text for text in passed["cedar"])
    assert hidden.resolve(ana_client).status == 200
    assert hidden.resolve(bob_client).status == 404
    fallen = hidden.owner.delete(f"/grants/{given['id']}?reason=over").json()["revoked"]
    assert fallen == [given["id"], passed["id"]]
    assert hidden.resolve(ana_client).status == 404
    assert owner.get(f"/grants/{passed['id']}").json()["state"] == "revoked"


@pytest.mark.parametrize("change,pointer", [
    ({"actions": ["read", "write"]}, "/actions/1"),
    ({"expires_at": "2099-01-02T00:00:00Z"}, "/expires_at"),
    ({"resource": "DOMAIN"}, "/resource"),
    ({"grantee": "domain:TEAM"}, "/grantee"),
    ({"grantee": "OUTSIDER"}, "/grantee"),
    ({"delegable": True}, "/delegable"),
    ({"parent": "00000000000000aa"}, "/parent"),
])
def test_passing_on_more_is_refused_with_the_clause(mesh, hidden, team, change, pointer):
    name, owner, [(ana, _), _] = team
    given = hidden.grant(f"domain:{name}", delegable=True, expires_at="2099-01-01T00:00:00Z")
    words = {"DOMAIN": hidden.domain, "domain:TEAM": f"domain:{name}",
             "OUTSIDER": mesh.principal()[0]}
    change = {field: words.get(value, value) if isinstance(value, str) else value
              for field, value in change.items()}

    answer = owner.post("/grants", {**grant_body(ana, hidden, parent=given["id"]), **change})

    assert answer.status == 400, repr(answer)
    assert pointer in answer.pointers


def test_who_may_not_know_of_a_grant_cannot_pass_it_on(hidden, team):
    name, _, [(ana, ana_client), (bob, _)] = team
    given = hidden.grant(f"domain:{name}", delegable=True)

    answers = [ana_client.post("/grants", grant_body(bob, hidden, parent=parent))
               for parent in (given["id"], "00000000000000aa")]

    assert {answer.status for answer in answers} == {400}
    details = [answer.json()["errors"][0]["detail"].replace(given["id"], "ID")
               .replace("00000000000000aa", "ID") for answer in answers]
    assert details[0] == details[1]
    assert given["id"] not in ana_client.get("/grants?limit=1000").text


def test_a_member_who_left_has_nothing_of_it(mesh, admin, hidden):
    ana, client = mesh.principal()
    name, owner = mesh.domain(members=[ana])
    given = hidden.grant(f"domain:{name}", delegable=True)
    passed = owner.must("POST", "/grants", grant_body(ana, hidden, parent=given["id"]))
    assert hidden.resolve(client).status == 200

    owner.must("PATCH", f"/domains/{name}", {"members": []})

    assert hidden.resolve(client).status == 404
    shown = owner.get(f"/grants/{passed['id']}").json()
    assert (shown["state"], shown["ended"]) == ("revoked", "the grantee is not in the team")
    admin.must("DELETE", f"/domains/{name}")
    assert hidden.owner.get(f"/grants/{given['id']}").json()["state"] == "revoked"


# --- many at once ---

def test_a_batch_is_made_whole_or_not_at_all(mesh, lake):
    reader, client = mesh.principal()
    old = lake.grant(reader)
    create = [grant_body(reader, lake) for _ in range(20)]
    create[17] = {**create[17], "grantee": "user:nobody-of-this-name"}

    refused = lake.owner.post("/grants/batch", {"create": create, "revoke": [old["id"]]})

    assert (refused.status, refused.pointers) == (400, ["/create/17/grantee"])
    assert [item["id"] for item in lake.owner.pages(f"/grants?grantee={reader}")] == [old["id"]]
    assert lake.resolve(client).status == 200

    done = lake.owner.post("/grants/batch", {
        "create": create[:17], "revoke": [{"id": old["id"], "reason": "replaced"}]})

    assert done.status == 200
    assert done.json()["revoked"] == [old["id"]]
    made = {item["id"] for item in done.json()["created"]}
    active = lake.owner.pages(f"/grants?grantee={reader}&state=active", limit=5)
    assert {item["id"] for item in active} == made and len(made) == 17
    assert lake.owner.get(f"/grants/{old['id']}").json()["revoke_reason"] == "replaced"


def test_a_batch_of_ten_thousand_is_one_call(mesh, admin):
    lake = Lake(mesh)
    group, _ = mesh.principal("group")
    body = {"create": [grant_body(group, lake)] * 10_000}

    made = lake.owner.post("/grants/batch", body)

    assert made.status == 200, repr(made)
    ids = [item["id"] for item in made.json()["created"]]
    assert len(set(ids)) == 10_000
    listed = lake.owner.pages(f"/grants?grantee={group}", limit=1000)
    assert [item["id"] for item in listed] == sorted(ids)
    assert lake.owner.post("/grants/batch", {"revoke": ids + ids[:1]}).status == 400
    gone = lake.owner.post("/grants/batch", {"revoke": ids})
    assert gone.json()["revoked"] == ids
    assert lake.owner.pages(f"/grants?grantee={group}&state=active") == []
    assert len(lake.owner.pages(f"/grants?grantee={group}&state=revoked", limit=1000)) == 10_000


@pytest.mark.parametrize("body,pointer", [
    ({"create": {}}, "/create"),
    ({"create": ["x"]}, "/create/0"),
    ({"revoke": ["x"]}, "/revoke/0"),
    ({"revoke": [{"reason": "r"}]}, "/revoke/0/id"),
    ({"revoke": [7]}, "/revoke/0"),
    ({"grant": []}, "/grant"),
])
def test_a_batch_that_cannot_be_is_400_with_its_pointer(lake, body, pointer):
    answer = lake.owner.post("/grants/batch", body)

    assert answer.status == 400
    assert answer.pointers == [pointer]


def test_a_batch_asked_again_under_its_key_is_made_once(mesh, lake):
    reader, _ = mesh.principal()
    headers = {"Idempotency-Key": unique("batch")}
    body = {"create": [grant_body(reader, lake)]}

    first = lake.owner.post("/grants/batch", body, headers)
    again = lake.owner.post("/grants/batch", body, headers)

    assert first.status == 200 and again.json() == first.json()
    assert len(lake.owner.pages(f"/grants?grantee={reader}")) == 1


def test_two_hundred_grants_and_revokes_at_once_are_all_there(mesh, lake):
    reader, _ = mesh.principal()
    made, answers, lock = [], [], threading.Lock()

    def work(own):
        for _ in range(25):
            answer = own.post("/grants", grant_body(reader, lake))
            ended = own.delete(f"/grants/{answer.json()['id']}") if len(made) % 2 else None
            with lock:
                answers.append(answer.status)
                made.append((answer.json()["id"], ended is not None))
                if ended is not None:
                    answers.append(ended.status)
        own.close()

    threads = [threading.Thread(target=work, args=(lake.owner.again(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) == {200, 201} and len(made) == 200
    states = {item["id"]: item["state"] for item in lake.owner.pages(f"/grants?grantee={reader}")}
    assert states == {id: "revoked" if ended else "active" for id, ended in made}


# --- reviews ---

def test_what_is_due_is_listed_for_who_may_review_it(mesh, lake):
    reader, client = mesh.principal()
    due = lake.grant(reader, review_at="2020-01-01T00:00:00Z")
    lake.grant(reader, review_at="2099-01-01T00:00:00Z")
    lake.grant(reader)

    def ids(caller):
        return [item["id"] for item in caller.pages(f"/grants?grantee={reader}&review=due")]

    assert ids(lake.owner) == [due["id"]]
    assert ids(client) == [], "it is his, not his to review"
    assert due["id"] in [item["id"] for item in lake.owner.pages("/grants?review=due")]
    assert client.post(f"/grants/{due['id']}/review", {"review_at": in_seconds(60)}).status == 403

    reviewed = lake.owner.post(f"/grants/{due['id']}/review",
                               {"review_at": "2099-01-01T00:00:00Z", "note": "needed"})

    assert reviewed.status == 200, repr(reviewed)
    shown = reviewed.json()
    assert shown["review_at"] == "2099-01-01T00:00:00Z" and shown["review_note"] == "needed"
    assert shown["reviewed_by"].startswith("user:owner-") and shown["reviewed_at"]
    assert lake.owner.get(f"/grants/{due['id']}").json() == shown
    assert ids(lake.owner) == []


def test_what_is_not_reviewed_lapses_where_the_domain_says_so(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    grant = lake.grant(reader, review_at="2020-01-01T00:00:00Z")
    assert lake.resolve(client).status == 200

    lake.owner.must("PATCH", f"/domains/{lake.domain}", {"access": {"lapse_unreviewed": True}})
    assert lake.resolve(client).status == 403
    assert lake.owner.get(f"/grants/{grant['id']}").json()["state"] == "expired"

    lake.owner.must("POST", f"/grants/{grant['id']}/review", {"review_at": in_seconds(3600)})
    assert lake.resolve(client).status == 200


@pytest.mark.parametrize("body", [
    {}, {"review_at": None}, {"review_at": "2020-01-01T00:00:00Z"}, {"review_at": "soon"},
    {"review_at": "2099-01-01T00:00:00Z", "note": "x" * 1001}, {"until": "2099-01-01T00:00:00Z"}])
def test_a_review_that_cannot_be_is_refused(mesh, lake, body):
    reader, _ = mesh.principal()
    grant = lake.grant(reader)

    assert lake.owner.post(f"/grants/{grant['id']}/review", body).status == 400


# --- lists ---

def test_a_list_of_one_grantee_pages_through_held_and_revoked_in_one_order(mesh, lake):
    reader, client = mesh.principal()
    ids = [lake.grant(reader)["id"] for _ in range(9)]
    for gone in ids[::3]:
        lake.owner.must("DELETE", f"/grants/{gone}")

    for query in (f"grantee={reader}", f"grantee={reader}&resource={lake.product}"):
        for limit in (1, 2, 4, 9):
            page = lake.owner.pages(f"/grants?{query}", limit=limit)
            assert [item["id"] for item in page] == sorted(ids)
    assert [item["id"] for item in client.pages(f"/grants?grantee={reader}", 4)] == sorted(ids)
    first = lake.owner.get(f"/grants?grantee={reader}&limit=4").json()
    lake.owner.must("DELETE", f"/grants/{sorted(ids)[6]}")
    lake.grant(reader)
    rest = lake.owner.get(f"/grants?grantee={reader}&cursor={first['next']}").json()["items"]
    assert set(sorted(ids)[4:]) <= {item["id"] for item in rest}


def test_a_list_of_a_domain_has_what_is_granted_in_it_by_tags(mesh, lake, key):
    reader, _ = mesh.principal()
    made = lake.owner.must("POST", "/grants", {
        "grantee": reader, "tagged": {"domain": lake.domain, "all": {key: ["open"]}},
        "actions": ["read"]})

    listed = lake.owner.pages(f"/grants?resource={lake.domain}&grantee={reader}")

    assert [item["id"] for item in listed] == [made["id"]]


def test_lists_tell_a_stranger_nothing(mesh, lake, hidden):
    reader, _ = mesh.principal()
    _, stranger = mesh.principal()
    lake.grant(reader)
    hidden.grant(reader)

    for query in (f"grantee={reader}", f"resource={hidden.product}", "resource=no/such",
                  "grantee=user:no-such-user", f"resource={hidden.domain}", "review=due"):
        assert stranger.get(f"/grants?{query}").json() == {"items": [], "next": None}, query


def test_the_last_page_tells_nothing_of_grants_to_others_after_it(mesh, lake):
    others = [lake.grant(mesh.principal()[0])["id"] for _ in range(8)]
    own = max(others)
    while own >= max(others):  # ids are random, and lists are in their order
        reader, client = mesh.principal()
        own = lake.grant(reader)["id"]

    for query in ("limit=1", f"limit=1&resource={lake.product}", f"limit=1&grantee={reader}"):
        page = client.must("GET", f"/grants?{query}")
        assert ([item["id"] for item in page["items"]], page["next"]) == ([own], None), query


def test_a_grant_that_one_may_not_see_is_taken_for_none(mesh, lake):
    grant = lake.grant(mesh.principal()[0])["id"]
    _, stranger = mesh.principal()

    def refusals(name):
        review = {"review_at": "2099-01-01T00:00:00Z", "note": "n"}
        answers = [stranger.get(f"/grants/{name}"), stranger.delete(f"/grants/{name}"),
                   stranger.delete(f"/grants/{name}?dry_run=true"),
                   stranger.post(f"/grants/{name}/review", review),
                   stranger.post("/grants/batch", {"revoke": [name]})]
        return [(answer.status, answer.json()["detail"]) for answer in answers]

    assert refusals(grant) == refusals("00000000000000aa")
    assert lake.owner.must("GET", f"/grants/{grant}")["state"] == "active"


def test_what_is_hidden_is_granted_like_what_is_absent(mesh, hidden, key):
    reader, stranger = mesh.principal()

    def refusal(path, **on):
        answer = stranger.post("/grants", {"grantee": reader, "actions": ["read"], **on})
        return answer.status, answer.json()["errors"][0]["detail"].replace(path, "PATH")

    def by_tags(path):
        return refusal(path, tagged={"domain": path, "all": {key: ["open"]}})

    absent = refusal("no-such/product", resource="no-such/product")
    assert absent == (400, "there is no `PATH`")
    for path in (hidden.product, hidden.port, hidden.domain):
        assert refusal(path, resource=path) == absent, path
    assert by_tags(hidden.domain) == by_tags("no-such") == absent


def test_a_list_of_a_product_made_anew_has_none_of_the_old_ones_grants(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    grant = lake.grant(reader)["id"]
    lake.owner.must("DELETE", lake.path)
    lake.owner.must("PUT", lake.path, {"title": "Another", "ports": []})

    for query in (f"resource={lake.product}", f"grantee={reader}&resource={lake.product}"):
        assert client.pages(f"/grants?{query}") == [], query
    assert [item["id"] for item in client.pages(f"/grants?grantee={reader}")] == [grant]


def test_grants_of_a_principal_that_is_gone_are_found_and_not_those_of_its_name(mesh, admin, lake):
    reader, _ = mesh.principal()
    old = lake.grant(reader)
    admin.must("DELETE", "/users/" + reader.removeprefix("user:"))

    listed = lake.owner.pages(f"/grants?grantee={reader}")
    assert [(item["id"], item["state"]) for item in listed] == [(old["id"], "revoked")]
    assert listed[0]["ended"] == "the grantee is gone"

    admin.must("PUT", "/users/" + reader.removeprefix("user:"), {})
    assert lake.owner.pages(f"/grants?grantee={reader}") == []
    assert lake.resolve(mesh.as_(reader)).status == 403


@pytest.mark.parametrize("query", ["review=soon", "review=", "state=void", "granted=x"])
def test_an_unknown_filter_is_400(lake, query):
    assert lake.owner.get(f"/grants?{query}").status == 400
