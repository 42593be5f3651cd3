"""Hostile callers: who may not, what must not leak, what must not break.

Each test makes what it attacks; a table of attacks is one test per line.
"""
import gzip
import http.client
import json
import os
import sqlite3
import threading

import pytest

from charter_client import Client, read_until
from charter_server import Server
from scenario import Lake, Mesh, unique


@pytest.fixture(scope="module")
def hidden(mesh):
    """A published product that only its owner may discover."""
    return Lake(mesh, visibility="hidden")


@pytest.fixture(scope="module")
def cast(mesh, lake):
    """People with every right but the one that is asked for, by role."""
    steward, steward_client = mesh.principal("user", "steward")
    member, member_client = mesh.principal("user", "member")
    consumer, consumer_client = mesh.principal("user", "consumer")
    auditor, auditor_client = mesh.principal("user", "auditor")
    auditors = mesh.admin.must("GET", "/groups/auditors")
    domain = mesh.admin.must("GET", f"/domains/{lake.domain}")
    mesh.admin.must("PUT", f"/domains/{lake.domain}", {
        "title": domain["title"], "owners": domain["owners"],
        "stewards": [steward], "members": [member]})
    mesh.admin.must("PATCH", "/groups/auditors",
                    {"members": auditors.get("members", []) + [auditor]})
    lake.grant(consumer)
    return {"stranger": mesh.principal("user", "stranger")[1], "consumer": consumer_client,
            "member": member_client, "steward": steward_client, "auditor": auditor_client,
            "service": mesh.principal("service")[1], "engine": mesh.principal("engine")[1],
            "owner of another domain": mesh.domain()[1]}


@pytest.fixture(scope="module")
def stranger(cast):
    return cast["stranger"]


def facts(answer):
    """What two answers have in common when they tell nothing apart."""
    document = answer.json()
    document.pop("instance", None)
    return answer.status, document


def bytes_at(client, url):
    """The bytes behind a signed URL; a full URL of this server."""
    return client.raw("GET", "/" + url.split("/", 3)[3])


def permit(scope, actions='action == Action::"read"', condition=""):
    return f"permit (principal, {actions}, {scope}){condition};"


def in_parallel(*work):
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- authority ---

# Method, path and body; {d} is a domain that all of them see, {p} its product.
OF_OWNERS = [
    ("PUT", "/domains/{d}", {"title": "Mine"}),
    ("PATCH", "/domains/{d}", {"owners": ["user:admin"]}),
    ("PATCH", "/domains/{d}", {"stewards": []}),
    ("PATCH", "/domains/{d}", {"members": []}),
    ("PATCH", "/domains/{d}", {"parent": None, "title": "Mine"}),
    ("DELETE", "/domains/{d}", None),
    ("DELETE", "/domains/{d}?cascade=true", None),
    ("PUT", "/domains/{d}/locations/mine", {"storage": "x", "uri": "local://x/y/"}),
    ("DELETE", "/domains/{d}/locations/main", None),
    ("PUT", "/domains/{d}/policies/mine", {"cedar": "permit (principal, action, resource);"}),
    ("PUT", "/domains/{d}/products/mine", {"title": "Mine", "ports": []}),
    ("DELETE", "/domains/{d}/products/{p}", None),
    ("POST", "/domains/{d}/products/{p}/publish", {"version": "9.0.0"}),
    ("POST", "/domains/{d}/products/{p}/deprecate", {}),
    ("POST", "/domains/{d}/products/{p}/retire", {}),
    ("POST", "/grants", {"grantee": "user:admin", "resource": "{d}/{p}", "actions": ["read"]}),
    ("POST", "/grants", {"grantee": "user:admin", "resource": "{d}", "actions": ["read"]}),
    ("GET", "/domains/{d}/policies/mine", None),
]
OF_ADMINISTRATORS = [
    ("PUT", "/domains/a-domain-of-mine", {"title": "Mine"}),
    ("PUT", "/users/admin", {"disabled": True}),
    ("DELETE", "/users/admin", None),
    ("PUT", "/groups/administrators", {"members": ["user:admin"]}),
    ("PATCH", "/groups/administrators", {"members": []}),
    ("PATCH", "/groups/auditors", {"members": ["user:admin"]}),
    ("PUT", "/services/mine", {}),
    ("PUT", "/engines/mine", {"enforces": ["columns", "masks", "rows"]}),
    ("PUT", "/tags/mine", {"values": ["a"]}),
    ("PUT", "/purposes/mine", {}),
    ("PUT", "/storages/mine", {"kind": "local", "root": "mine"}),
    ("PUT", "/guardrails/mine", {"cedar": "permit (principal, action, resource);"}),
    ("POST", "/tokens", {"principal": "user:admin", "name": "mine"}),
]


def attack(client, method, path, body, names):
    text = json.dumps(body) if body is not None else None
    for key, name in names.items():
        path = path.replace("{" + key + "}", name)
        text = text.replace("{" + key + "}", name) if text else text
    return client.request(method, path, json.loads(text) if text else None)


@pytest.mark.parametrize("method,path,body", OF_OWNERS)
def test_nobody_but_its_owners_changes_a_domain(mesh, lake, cast, method, path, body):
    before = mesh.admin.end_of_changes()

    for role, client in cast.items():
        answer = attack(client, method, path, body, {"d": lake.domain, "p": "customers"})
        assert answer.status in (403, 404), (role, answer)

    assert mesh.admin.changes(before) == []


@pytest.mark.parametrize("method,path,body", OF_ADMINISTRATORS)
def test_nobody_but_administrators_changes_the_mesh(mesh, lake, cast, method, path, body):
    before = mesh.admin.end_of_changes()

    for role, client in {**cast, "owner": lake.owner}.items():
        answer = attack(client, method, path, body, {})
        assert answer.status in (403, 404), (role, answer)

    assert mesh.admin.changes(before) == []


def test_no_role_gives_data(lake, cast, admin):
    for role, client in {**cast, "owner": lake.owner, "administrator": admin}.items():
        if role != "consumer":
            assert lake.resolve(client).status == 403, role


@pytest.mark.parametrize("path", ["/guardrails", "/storages", "/grants", "/leases"])
def test_lists_hold_nothing_of_others(lake, hidden, stranger, path):
    assert stranger.pages(path) == []


def test_a_list_of_tokens_holds_ones_own(mesh):
    user, client = mesh.principal()

    assert {token["principal"] for token in client.pages("/tokens")} == {user}


@pytest.mark.parametrize("path", [
    "/ledger", "/ledger?resource={d}", "/leases?resource={d}", "/ledger?principal=user:admin"])
def test_the_ledger_is_for_auditors(lake, stranger, path):
    assert stranger.get(path.format(d=lake.domain)).status == 403
    assert stranger.post("/ledger/verify").status == 403


def test_an_owner_reads_no_ledger_of_another_domain(mesh, lake, hidden):
    answers = [hidden.owner.get(path) for path in (
        "/ledger", f"/ledger?resource={lake.domain}", f"/ledger?resource={hidden.domain}x",
        f"/leases?resource={lake.domain}", f"/ledger?resource={hidden.domain}/../{lake.domain}")]

    assert [answer.status for answer in answers[:4]] == [403] * 4
    assert answers[4].status == 403 or answers[4].json()["items"] == []


def test_questions_about_others_are_for_owners_and_auditors(lake, hidden, stranger):
    question = {"principal": "user:admin", "action": "read"}

    assert stranger.post("/authorize", {**question, "resource": lake.port}).status == 403
    assert hidden.owner.post("/authorize", {**question, "resource": lake.port}).status == 403
    assert lake.owner.post("/authorize", {**question, "resource": hidden.port}).status == 404


def test_an_owner_moves_its_domain_nowhere_alone(mesh, admin, hidden):
    top, _ = mesh.domain()
    child = unique("child")
    owner, client = mesh.principal()
    admin.must("PUT", f"/domains/{child}", {"title": "c", "parent": top, "owners": [owner]})
    other = Lake(mesh)  # listed, so its domain shows
    path = f"/domains/{child}"

    assert client.patch(path, {"parent": None}).status == 403  # out of its parent
    assert client.patch(path, {"parent": other.domain}).status == 403
    assert client.patch(path, {"parent": hidden.domain}).status == 400  # is not there for it
    assert client.patch(path, {"parent": child}).status in (400, 403, 409)
    assert admin.patch(f"/domains/{top}", {"parent": child}).status == 409
    assert admin.must("GET", path)["parent"] == top


FOREIGN_RULES = {
    "another domain": 'permit (principal, action == Action::"read", resource in Domain::"{other}");',
    "a product of another": 'permit (principal, action == Action::"read", resource == Product::"{other}/customers");',
    "the mesh": 'permit (principal, action == Action::"read", resource in Mesh::"mesh");',
    "no resource": 'permit (principal, action == Action::"read", resource);',
    "only a type": 'permit (principal, action == Action::"read", resource is Product);',
    "no action": 'permit (principal, action, resource in Domain::"{own}");',
    "to manage": 'permit (principal, action in Action::"manage", resource in Domain::"{own}");',
    "to grant": 'permit (principal, action == Action::"grant", resource in Domain::"{own}");',
    "to administer": 'permit (principal, action == Action::"administer", resource in Domain::"{own}");',
    "to audit": 'permit (principal, action in [Action::"read", Action::"audit"], resource in Domain::"{own}");',
    "a group of actions": 'permit (principal, action == Action::"data", resource in Domain::"{own}");',
    "a template": 'permit (principal == ?principal, action == Action::"read", resource in Domain::"{own}");',
    "two rules": 'permit (principal, action == Action::"read", resource in Domain::"{own}"); permit (principal, action, resource);',
    "a tag": 'permit (principal, action == Action::"read", resource == Tag::"{own}");',
    "a storage": 'permit (principal, action == Action::"read", resource == Storage::"{storage}");',
}


@pytest.mark.parametrize("rule", FOREIGN_RULES)
def test_a_domains_rule_reaches_no_further_than_the_domain(lake, hidden, rule):
    other = Lake(lake.mesh)
    cedar = FOREIGN_RULES[rule]
    for key, name in {"own": lake.domain, "other": other.domain, "storage": lake.storage}.items():
        cedar = cedar.replace("{" + key + "}", name)

    answer = lake.owner.put(f"/domains/{lake.domain}/policies/{unique('far')}", {"cedar": cedar})

    assert (answer.status, answer.problem) == (400, "invalid-request"), answer


def test_a_guardrail_gives_no_data_and_no_office(admin):
    for action in ['action == Action::"read"', 'action in Action::"data"', "action",
                   'action == Action::"administer"', 'action in Action::"manage"']:
        answer = admin.put(f"/guardrails/{unique('bad')}",
                           {"cedar": f"permit (principal, {action}, resource);"})
        assert answer.status == 400, action


def test_a_grant_on_what_is_not_ones_own_is_refused(lake, hidden):
    grant = {"grantee": "user:admin", "actions": ["read"], "reason": "mine"}

    of_hidden = lake.owner.post("/grants", {**grant, "resource": hidden.product})
    of_absent = lake.owner.post("/grants", {**grant, "resource": f"{hidden.domain}/absent"})

    assert of_hidden.status == of_absent.status == 400
    assert hidden.owner.post("/grants", {**grant, "resource": lake.product}).status == 403
    for field, value in {"state": "active", "granted_by": "user:admin", "delegable": True,
                         "parent": "0", "columns": {"exclude": []}, "id": "0"}.items():
        answer = lake.owner.post("/grants", {**grant, "resource": lake.product, field: value})
        assert answer.status == 400, field


READ_ONLY = {"id": "0000000000000001", "revision": 1.5, "created_at": "2020-01-01T00:00:00Z",
             "updated_at": "2020-01-01T00:00:00Z", "updated_by": "user:admin", "name": "other",
             "status": "published", "version": "9.9.9", "domain": "other",
             "sunset_at": "2030-01-01T00:00:00Z", "successor": "a/b"}


@pytest.mark.parametrize("field", READ_ONLY)
def test_read_only_fields_are_not_written(mesh, field):
    fresh = Lake(mesh, publish=False)

    put = fresh.owner.put(fresh.path, {**fresh.document(), field: READ_ONLY[field]})
    patch = fresh.owner.patch(fresh.path, {field: READ_ONLY[field]})
    removed = fresh.owner.patch(fresh.path, {field: None})

    assert put.status == patch.status == 400
    assert removed.status == 400 or field == "version"  # which is null before it is published
    shown = fresh.owner.must("GET", fresh.path)
    assert (shown["revision"], shown["status"], shown["version"]) == (1, "draft", None)


@pytest.mark.parametrize("patch", [
    {"title": None}, {"title": {"a": None}}, {"ports": {}}, {"ports": None, "title": ""},
    {"tags": []}, {"visibility": 0}, {"owners": []}, [], None, 1, "x"])
def test_a_hostile_patch_changes_nothing(lake, patch):
    before = lake.owner.get(lake.path)

    answer = lake.owner.request("PATCH", lake.path, headers={"Content-Type": "application/json"},
                                body=json.dumps(patch).encode())

    assert answer.status == 400
    assert lake.owner.get(lake.path).body == before.body


def test_a_protected_tag_is_for_its_stewards(mesh, admin):
    fresh = Lake(mesh)
    key, steward = unique("class"), mesh.principal()[0]
    admin.must("PUT", f"/tags/{key}", {"values": ["pii"], "protected": True, "stewards": [steward]})
    client = mesh.as_(steward)
    admin.must("PATCH", f"/domains/{fresh.domain}", {"stewards": [steward]})
    tagged = {**fresh.document(), "tags": {key: ["pii"]}}
    without_port = {**fresh.document(), "tags": {key: ["pii"]}, "ports": []}

    assert fresh.owner.put(fresh.path, tagged).status == 403
    assert client.put(fresh.path, tagged).status == 200
    assert fresh.owner.put(fresh.path, fresh.document()).status == 403
    assert fresh.owner.patch(fresh.path, {"tags": None}).status == 403
    assert fresh.owner.patch(fresh.path, {"tags": {key: None}}).status == 403
    on_column = json.loads(json.dumps(tagged))
    on_column["ports"][0]["columns"][1]["tags"] = {key: ["pii"]}
    client.must("PUT", fresh.path, on_column)
    renamed = json.loads(json.dumps(on_column))
    renamed["ports"][0]["columns"][1]["name"] = "c_email"
    for document in (tagged, without_port, renamed):
        assert fresh.owner.put(fresh.path, document).status == 403


# --- names that come again ---

def test_a_new_bearer_of_a_users_name_inherits_nothing(mesh, lake, admin):
    name = unique("again")
    admin.must("PUT", f"/users/{name}", {})
    before = mesh.as_(f"user:{name}")
    lake.grant(f"user:{name}")
    lease = lake.resolve(before).json()["lease"]["id"]
    before.must("POST", "/tokens", {"principal": f"user:{name}", "name": "kept"},
                {"Idempotency-Key": "again"})

    admin.must("DELETE", f"/users/{name}")
    refused = before.get("/me").status
    admin.must("PUT", f"/users/{name}", {})
    after = mesh.as_(f"user:{name}")

    assert refused == before.get("/me").status == 401
    assert lake.resolve(after).status == 403
    assert after.pages("/grants") == []
    assert after.get(f"/leases/{lease}").status == after.get(f"/ledger/{lease}").status == 404
    made = after.post("/tokens", {"principal": f"user:{name}", "name": "another"},
                      {"Idempotency-Key": "again"})
    assert made.status == 201
    assert len(after.pages("/tokens")) == 2  # the one of this test and its own


def test_a_new_bearer_of_a_domains_name_inherits_nothing(mesh, admin):
    old = Lake(mesh)
    reader, reader_client = mesh.principal()
    old.grant(reader)
    member, member_client = mesh.principal()
    admin.must("PATCH", f"/domains/{old.domain}", {"members": [member]})
    old.owner.must("DELETE", f"/domains/{old.domain}?cascade=true")
    owner, client = mesh.principal()
    admin.must("PUT", f"/domains/{old.domain}", {"title": "New", "owners": [owner]})
    path = f"/domains/{old.domain}"

    place = client.put(f"{path}/locations/main", {
        "storage": old.storage, "uri": f"local://{old.storage}/{old.domain}/"})

    assert place.status == 403  # what was delegated ended with the old one
    assert client.pages(f"{path}/policies") == client.pages(f"{path}/locations") == []
    assert client.get(f"/ledger?resource={old.domain}/customers").json()["items"] == []
    assert member_client.get("/me").json()["domains"] == []
    assert member_client.get(path).status == old.owner.get(path).status == 404
    assert reader_client.post("/resolve", {"port": old.port, "action": "read"}).status == 404


def test_who_is_taken_out_has_nothing_left(mesh, lake, admin):
    user, client = mesh.principal()
    group = unique("readers")
    outer = unique("outer")
    admin.must("PUT", f"/groups/{group}", {"members": [user]})
    admin.must("PUT", f"/groups/{outer}", {"members": [f"group:{group}"]})
    lake.grant(f"group:{outer}")
    allowed = lake.resolve(client).status

    admin.must("PUT", f"/groups/{group}", {"members": []})

    assert (allowed, lake.resolve(client).status) == (200, 403)


def test_who_is_disabled_or_deleted_is_nobody(mesh, lake, admin):
    for end in (lambda path: admin.must("PATCH", path, {"disabled": True}),
                lambda path: admin.must("DELETE", path)):
        user, client = mesh.principal()
        lake.grant(user)
        end(f"/users/{user.removeprefix('user:')}")
        for method, path in (("GET", "/me"), ("POST", "/resolve"), ("GET", "/changes"),
                             ("POST", "/tokens")):
            assert client.request(method, path, {}).status == 401


# --- what must not leak ---

def test_a_hidden_and_an_absent_thing_are_the_same_to_a_grantor(lake, hidden):
    def tried(resource):
        return facts(lake.owner.post("/authorize", {"action": "read", "resource": resource}))

    assert tried(hidden.domain) == tried("absent")
    assert tried(hidden.product) == tried("absent/x") == tried(f"{hidden.domain}/x")
    assert tried(hidden.port) == tried("absent/x/y") == tried(f"{hidden.product}/y")
    assert lake.resolve(lake.owner, port=hidden.port).status == 404


def test_an_overlap_names_nobody(mesh, hidden):
    other, client = mesh.domain()
    mesh.admin.must("PUT", f"/storages/{hidden.storage}", {
        "kind": "local", "root": hidden.storage,
        "delegated": {hidden.domain: [f"{hidden.domain}/"], other: ["/"]}})

    for path in (f"{hidden.domain}/", f"{hidden.domain}/customers/x/", ""):
        answer = client.put(f"/domains/{other}/locations/mine", {
            "storage": hidden.storage, "uri": f"local://{hidden.storage}/{path}"})
        assert answer.status == 409
        assert hidden.domain not in answer.json()["detail"]


def test_a_cursor_of_anybody_opens_nothing(hidden, stranger):
    for path in ("/changes?after=", "/domains?cursor=", "/grants?cursor=", "/leases?cursor="):
        for cursor in ("0000000000000000", "ffffffffffffffff", "7fffffffffffffff", "YQ", "YWE",
                       "YWFkbWlu", "%00", "..", "x" * 3000):
            answer = stranger.get(path + cursor)
            assert answer.status in (200, 400), answer
            assert hidden.domain not in answer.text


def test_the_working_copy_is_not_for_consumers(mesh, stranger):
    fresh = Lake(mesh)
    fresh.owner.must("PUT", fresh.path, {**fresh.document(), "description": "Confidential plans"})

    for path in (fresh.path, f"{fresh.path}?view=published", f"{fresh.path}?view=draft",
                 f"{fresh.path}/versions", f"{fresh.path}/versions/1.0.0",
                 f"/domains/{fresh.domain}/products", "/search?q=confidential"):
        assert "Confidential" not in stranger.get(path).text, path


# --- locations and bytes ---

@pytest.mark.parametrize("path", [
    "{d}/../x/", "{d}/./x/", "/{d}/x/", "{d}//x/", "{d}/%2e%2e/x/", "{d}/a%2fb/", "{d}/a%252e/",
    "{d}/*/", "{d}/?x", "{d}/#x", "{d}\\x", "{d}/${{aws:username}}/", "{d}/a\0/", "{d}/%c0%ae/",
    "{d}/%00/", "{d}/a\x7f/"])
def test_a_location_that_is_no_plain_path_is_refused(lake, path):
    uri = f"local://{lake.storage}/{path.format(d=lake.domain)}"

    answer = lake.owner.put(f"/domains/{lake.domain}/locations/odd",
                            {"storage": lake.storage, "uri": uri})
    product = lake.document()
    product["ports"][0]["location"] = uri

    assert answer.status == 400
    assert lake.owner.put(f"/domains/{lake.domain}/products/odd", product).status == 400


@pytest.mark.parametrize("uri", [
    "LOCAL://{s}/{d}/x/", "file://{s}/{d}/x/", "local://u@{s}/{d}/x/", "local://{s}:80/{d}/x/",
    "local:///{d}/x/", "//{s}/{d}/x/", "{d}/x/", "http://{s}/{d}/", "local://other/{d}/x/"])
def test_a_location_of_another_form_is_refused(lake, uri):
    answer = lake.owner.put(f"/domains/{lake.domain}/locations/odd", {
        "storage": lake.storage, "uri": uri.format(s=lake.storage, d=lake.domain)})

    assert answer.status == 400


@pytest.mark.parametrize("root", ["../x", "/etc", "/", ".", "", "a/../b", "a//b", "a\\b", "a\0"])
def test_a_storage_stays_below_the_storage_directory(admin, root):
    answer = admin.put(f"/storages/{unique('out')}", {"kind": "local", "root": root})

    assert answer.status == 400


def test_links_lead_nowhere(mesh):
    fresh = Lake(mesh)
    user, client = mesh.principal()
    fresh.grant(user)
    outside = mesh.server.data / "admin.token"
    os.symlink(outside, fresh.folder / "link.csv")
    os.symlink(mesh.server.data, fresh.folder / "folder")
    os.mkfifo(fresh.folder / "pipe")
    urls = {item["path"]: item["url"] for item in fresh.resolve(client).json()["lease"]["urls"]}

    (fresh.folder / "part-0.csv").unlink()
    os.symlink(outside, fresh.folder / "part-0.csv")
    (fresh.folder / "part-1.csv").unlink()
    os.mkfifo(fresh.folder / "part-1.csv")

    assert sorted(urls) == ["part-0.csv", "part-1.csv"]
    assert [bytes_at(client, url).status for url in urls.values()] == [404, 404]


def test_a_signed_url_is_good_for_what_it_says_alone(mesh, lake):
    user, client = mesh.principal()
    lake.grant(user)
    first, second = [lake.resolve(client).json()["lease"] for _ in range(2)]
    url = "/" + first["urls"][0]["url"].split("/", 3)[3]
    path, query = url.split("?")
    flipped = url[:-1] + ("A" if url[-1] != "A" else "B")
    hostile = [
        flipped, path, url + "&x=1", url + "&sig=a", url.replace("exp=", "exp=1"),
        f"{path}?exp=-1&sig=a", f"{path}?exp=9223372036854775807&sig=a", f"{path}?exp=&sig=a",
        f"{path}?exp=1e9&sig=a", url.replace(first["id"], second["id"]),
        url.replace("part-0", "part-1"), url.replace("part-0", "../part-0"),
        url.replace("part-0", "%2e%2e/part-0"), url.replace("customers/", "customers%2f"),
        url.replace("customers/", "customers//"), url.replace("part-0", "part%00-0"),
        url.replace("part-0", "%ff"), url.replace(first["id"], "x")]

    assert client.raw("GET", url).status == client.raw("HEAD", url).status == 200
    for each in hostile:
        assert client.raw("GET", each).status in (400, 403, 404), each
    for method in ("POST", "DELETE", "PATCH"):
        assert client.raw(method, url).status == 405
    assert client.raw("PUT", url, body=b"x").status == 403, "it is signed for reading"
    mesh.admin.must("DELETE", f"/leases/{first['id']}")
    assert client.raw("GET", url).status == client.raw("HEAD", url).status == 403


# --- races ---

def test_of_many_creators_one_creates(mesh, admin):
    name = unique("race")
    statuses = []

    def create():
        answer = admin.again().put(f"/users/{name}", {"title": "x"}, {"If-None-Match": "*"})
        statuses.append(answer.status)

    in_parallel(*[create] * 12)

    assert sorted(statuses) == [201] + [412] * 11


def test_a_secret_is_made_once_for_one_key(mesh, admin):
    user, client = mesh.principal()
    key = {"Idempotency-Key": unique("key")}
    body = {"principal": user, "name": "once"}
    answers = []

    in_parallel(*[lambda: answers.append(client.again().post("/tokens", body, key))] * 12)

    assert sorted(answer.status for answer in answers) == [201] + [409] * 11
    assert all("chr_" not in answer.text for answer in answers if answer.status == 409)
    other = mesh.principal()[1].post("/tokens", body, key)  # another's key is another key
    assert other.status == 403


def test_after_a_revocation_nothing_is_allowed(mesh, lake):
    user, client = mesh.principal()
    for _ in range(6):
        grant = lake.grant(user)
        revoked = threading.Event()
        late = []

        def resolve():
            own = client.again()
            left = 5  # that begin after the answer
            while left > 0:
                after = revoked.is_set()
                status = lake.resolve(own, delivery="none").status
                left -= after
                if after:
                    late.append(status)

        def revoke():
            mesh.admin.again().must("DELETE", f"/grants/{grant['id']}")
            revoked.set()

        in_parallel(resolve, resolve, resolve, revoke)
        assert set(late) == {403}


def test_changes_at_once_leave_a_whole_mesh(own_server):
    mesh = Mesh(own_server, Client)
    broken = []

    def change(seed):
        client = mesh.admin.again()
        steps = [
            ("PUT", "/users/u", {}), ("DELETE", "/users/u", None),
            ("PUT", "/groups/g", {"members": ["user:u"]}), ("PUT", "/groups/g", {"members": []}),
            ("PUT", "/domains/d", {"title": str(seed), "owners": ["group:g"]}),
            ("PUT", "/domains/e", {"title": "e", "parent": "d"}),
            ("PUT", "/domains/d", {"title": "d", "parent": "e"}),
            ("PUT", "/domains/d/products/p", {"title": str(seed), "ports": []}),
            ("DELETE", "/domains/d/products/p", None), ("DELETE", "/domains/e", None),
            ("DELETE", "/domains/d?cascade=true", None)]
        for i in range(60):
            answer = client.request(*steps[(i * (seed + 3) + seed) % len(steps)])
            if answer.status >= 500:
                broken.append(repr(answer))

    in_parallel(*[lambda seed=seed: change(seed) for seed in range(6)])
    mesh.admin.must("PUT", "/users/last", {})

    def everything(client):
        kinds = ("domains", "users", "groups", "tokens", "grants")
        lists = {kind: client.pages(f"/{kind}") for kind in kinds}
        for domain in lists["domains"]:
            lists[domain["name"]] = client.pages(f"/domains/{domain['name']}/products")
        return lists, client.changes(), client.get("/search").json()["total"]

    before = everything(mesh.admin)
    own_server.kill()
    own_server.start()
    after = Client(own_server.port, own_server.admin_token)
    assert broken == []
    assert everything(after) == before
    assert after.post("/ledger/verify").json()["valid"] is True


# --- what must not break ---

BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b'{"a":1}x', b"\xff", b'"\\ud800"', b'{"a":1,"a":2}',
    b"\x00", b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 100_000, b"-", b"NaN",
    b'{"requests":[]}', b'{"requests":[null]}', b'{"requests":{}}', b'{"":{}}',
    b'{"title":1e999}', b'{"revision":18446744073709551616}', b'{"id":null}',
    b"[" + b"[]," * 100_000 + b"1]"]


@pytest.mark.parametrize("method,path", [
    ("POST", "/resolve"), ("POST", "/authorize"), ("PUT", "{p}"), ("PATCH", "{p}"),
    ("POST", "{p}/publish"), ("POST", "/grants"), ("POST", "/tokens"), ("POST", "/policies/check"),
    ("PUT", "/domains/{d}"), ("PATCH", "/domains/{d}")])
def test_a_hostile_body_is_a_bad_request(lake, method, path):
    target = path.format(p=lake.path, d=lake.domain)
    for body in BODIES:
        answer = lake.owner.request(method, target, body=body,
                                    headers={"Content-Type": "application/json"})
        nothing_said = path.endswith("publish") and body == b""
        assert answer.status in (400, 403, 413, 422), (body[:40], answer)
        assert nothing_said or answer.problem


@pytest.mark.parametrize("value", [
    "-1", "0", "3601", "1e2", "1.0", "-0", "9223372036854775807", "18446744073709551616", "1e400",
    "NaN", '"5"', "true", "[]", "00"])
def test_a_duration_is_a_whole_number_in_its_range(lake, stranger, value):
    body = '{"port":"%s","action":"read","duration_s":%s}' % (lake.port, value)

    answer = stranger.request("POST", "/resolve", body=body.encode())

    assert answer.status == 400


HOSTILE_VALUES = [None, [], {}, "", 0, -1, 1.5, True, "x" * 20_000, "\0", "a/b", [None], [[]],
                  ["user:"], ["user:admin", "user:admin"], {"": [""]}, {"a": None}, 2**63 - 1,
                  "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2024-02-30T00:00:00Z",
                  "10000-01-01T00:00:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00+01:00"]
FIELDS = {
    "/users/odd": ({}, ["title", "tags", "disabled", "revision", "created_at"]),
    "/groups/odd": ({}, ["members", "tags"]),
    "/engines/odd": ({}, ["enforces", "speaks_for"]),
    "/purposes/odd": ({}, ["description", "claimable_by"]),
    "/tags/odd": ({"values": ["a"]}, ["values", "protected", "stewards"]),
    "/storages/odd": ({"kind": "local", "root": "odd"}, ["kind", "root", "delegated"]),
    "/guardrails/odd": ({"cedar": 'forbid (principal, action == Action::"write", resource);',
                         "mode": "shadow"}, ["cedar", "mode", "review_at"]),
    "/domains/odd": ({"title": "Odd"}, ["title", "parent", "owners", "members", "tags", "contact"]),
}


@pytest.mark.parametrize("path", FIELDS)
def test_a_hostile_value_breaks_no_document(admin, path):
    document, fields = FIELDS[path]
    for field in fields:
        for value in HOSTILE_VALUES:
            answer = admin.put(path, {**document, field: value})
            assert answer.status in (200, 201, 400, 409, 412), (field, value, answer)


def test_a_hostile_value_breaks_no_action(lake, stranger):
    for path, document, fields in (
            ("/grants", {"grantee": "user:admin", "resource": lake.product,
                         "actions": ["describe"], "reason": "r"},
             ["grantee", "resource", "actions", "purposes", "not_before", "expires_at", "reason"]),
            ("/tokens", {"principal": "user:admin", "name": "n"}, ["principal", "name", "expires_at"]),
            ("/authorize", {"action": "read", "resource": lake.port},
             ["principal", "action", "resource", "purpose", "at", "explain"]),
            (f"{lake.path}/publish", {}, ["version", "note"]),
            (f"{lake.path}/deprecate", {"x": 1}, ["sunset_at", "successor"])):
        for field in fields:
            for value in HOSTILE_VALUES:
                for client in (lake.owner, stranger):
                    answer = client.post(path, {**document, field: value})
                    assert answer.status < 500, (path, field, value, answer)


@pytest.mark.parametrize("path,names", [
    ("/search", ["q", "domain", "tag", "format", "status", "owner", "sort", "limit", "cursor"]),
    ("/ledger", ["principal", "resource", "allow", "from", "to", "limit", "cursor"]),
    ("/changes", ["after", "limit"]), ("/leases", ["resource", "limit", "cursor"]),
    ("/grants", ["grantee", "resource", "state", "limit", "cursor"])])
def test_no_query_breaks_a_list(admin, path, names):
    for name in names:
        for value in ("", "0", "-1", "1001", "99999999999999999999", "%00", "%ff", "%", "%zz",
                      "'%20OR%201=1--", "%22", "*", "NEAR(a,b)", "a*%20b", "%F0%9F%98%80",
                      "x" * 5000, "ffffffffffffffff", "YQ", "0000-01-01T00:00:00Z",
                      "9999-12-31T23:59:59.999Z"):
            assert admin.get(f"{path}?{name}={value}").status in (200, 400), (name, value)


@pytest.mark.parametrize("body", [
    gzip.compress(b" " * 50_000_000), b"\x1f\x8b", gzip.compress(b"{}")[:-4],
    gzip.compress(b"{}") + b"x", b"not gzip at all", gzip.compress(gzip.compress(b"{}"))])
def test_a_hostile_gzip_is_refused(stranger, body):
    answer = stranger.request("POST", "/resolve", body=body,
                              headers={"Content-Encoding": "gzip"})

    assert answer.status in (400, 413)


@pytest.mark.parametrize("body", [
    "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)),
    "&a [*a]", "title: !!binary aGk=", "!!python/object/apply:os.system [id]", "? {a: b}\n: c",
    "[" * 50_000, "{" * 50_000, "- " * 50_000, "- - " * 10_000, "? " * 20_000, "<<: *x",
    "title: a\n---\ntitle: b", "%YAML 9.9\n---\na", 'title: "\\ud800"', "\0", "a:\tb",
    "title: a\ntitle: b", "&" + "a" * 200_000 + " x"])
def test_a_hostile_yaml_is_refused(admin, body):
    answer = admin.request("PUT", "/users/yaml", body=body.encode(),
                           headers={"Content-Type": "application/yaml"})

    assert answer.status == 400


WHEN = "permit (principal, action, resource) when { %s };"


@pytest.mark.parametrize("cedar", [
    WHEN % ("(" * 100_000 + "1" + ")" * 100_000), WHEN % ("!" * 200_000 + "true"),
    WHEN % ("-" * 200_000 + "1"), WHEN % ("[" * 100_000), WHEN % ("{a:" * 100_000),
    WHEN % ("if true then true else " * 20_000), WHEN % ("principal" + ".a" * 100_000),
    WHEN % " && ".join(["true"] * 50_000), WHEN % "+".join(["1"] * 50_000),
    WHEN % ('"' + "a" * 100_000 + '" like "' + "*a" * 50_000 + 'b"'), WHEN % ('"' + "a" * 300_000),
    ";" * 200_000, "permit (principal, action, resource);" * 10_000, "//" + "a" * 300_000,
    "permit (principal, action, resource)" + " when { true }" * 20_000 + ";",
    WHEN % '"\\u{d800}" == "a"', WHEN % "9223372036854775808 == 1", WHEN % "principal == ?resource",
    "@a() permit (principal, action, resource);"],
    ids=range(19))
def test_a_hostile_rule_is_refused(stranger, cedar):
    answer = stranger.post("/policies/check", {"cedar": cedar})

    assert (answer.status, answer.json()["valid"]) == (200, False)
    assert len(answer.body) < 20_000


def test_group_circles_are_refused(mesh, admin):
    names = [unique("circle") for _ in range(4)]
    for name in names:
        admin.must("PUT", f"/groups/{name}", {})
    for member, name in zip(names, names[1:]):
        admin.must("PUT", f"/groups/{name}", {"members": [f"group:{member}"]})

    for last in names[1:]:
        assert admin.put(f"/groups/{names[0]}", {"members": [f"group:{last}"]}).status == 409
    assert admin.put(f"/groups/{names[0]}", {"members": [f"group:{names[0]}"]}).status == 409


def test_documents_have_their_limits(lake, admin):
    columns = [{"name": f"c{i}", "type": "long"} for i in range(2_001)]
    ports = [{"name": f"p{i}", "location": f"local://{lake.storage}/{lake.domain}/{i}/",
              "opaque": True} for i in range(101)]
    port = lake.document()["ports"][0]
    for document in (
            {"title": "t", "ports": [{**port, "columns": columns}]}, {"title": "t", "ports": ports},
            {"title": "t" * 201, "ports": []}, {"title": "t", "description": "d" * 16_385},
            {"title": "t", "ports": [{**port, "columns": [{"name": "x" * 256, "type": "long"}]}]},
            {"title": "t", "ports": [{**port, "columns": [{"name": "a", "type": "long"},
                                                          {"name": "A", "type": "long"}]}]},
            {"title": "t", "ports": [{**port, "columns": [
                {"name": "a", "type": "list<" * 20 + "long" + ">" * 20}]}]}):
        assert lake.owner.put(f"/domains/{lake.domain}/products/big", document).status == 400
    members = [f"user:m{i}" for i in range(10_001)]
    assert admin.put("/groups/big", {"members": members}).status == 400


# --- the ledger under attack ---

TAMPERED = {
    "a verdict": "UPDATE ledger SET allow = 1 - allow WHERE sequence = 5",
    "a text": "UPDATE ledger SET body = replace(body, 'user:', 'user:x') WHERE sequence = 6",
    "no text": "UPDATE ledger SET body = '{' WHERE sequence = 6",
    "a deep text": "UPDATE ledger SET body = printf('%.*c', 50000, '[') WHERE sequence = 6",
    "another type": "UPDATE ledger SET body = '{\"lease\":5,\"resource\":7}' WHERE sequence = 6",
    "who": "UPDATE ledger SET principal = 1 WHERE sequence = 6",
    "what": "UPDATE ledger SET resource = 1 WHERE sequence = 6",
    "when": "UPDATE ledger SET at = at + 1 WHERE sequence = 6",
    "an id": "UPDATE ledger SET id = x'01' WHERE sequence = 6",
    "a hash": "UPDATE ledger SET hash = x'00' WHERE sequence = 6",
    "one gone": "DELETE FROM ledger WHERE sequence = 6",
    "the end gone": "DELETE FROM ledger WHERE sequence > 6",
    "two swapped": "UPDATE ledger SET sequence = 13 - sequence + 1000 WHERE sequence IN (6, 7);"
                   "UPDATE ledger SET sequence = sequence - 1000 WHERE sequence > 1000",
    # Records after the last one that was written are forged; lists show them.
    "one added": "INSERT INTO ledger SELECT sequence + 1000, x'0123456789abcdef0123456789abcdef',"
                 " at, principal, resource, allow, body, hash FROM ledger WHERE sequence = 6",
    "the evidence": "UPDATE evidence SET content = '{}'",
}


@pytest.fixture(scope="module")
def full_ledger(tmp_path_factory):
    """A server of its own with some records, and a way to alter its store."""
    running = Server(tmp_path_factory.mktemp("tampered")).start()
    mesh = Mesh(running, Client)
    lake = Lake(mesh)
    user, client = mesh.principal()
    lake.grant(user)
    lake.resolve(client)
    yield running, mesh.admin
    running.kill()


@pytest.mark.parametrize("what", TAMPERED)
def test_a_ledger_that_was_altered_does_not_verify(full_ledger, what):
    server, auditor = full_ledger
    store = sqlite3.connect(server.data / "charter.db", timeout=20)
    store.executescript("CREATE TEMP TABLE l AS SELECT * FROM ledger;"
                        "CREATE TEMP TABLE e AS SELECT * FROM evidence")
    assert auditor.post("/ledger/verify").json()["valid"] is True
    try:
        store.executescript(TAMPERED[what])
        verified = auditor.post("/ledger/verify")
        shown = auditor.get("/ledger?limit=1000")
    finally:
        store.executescript("DELETE FROM ledger; INSERT INTO ledger SELECT * FROM l;"
                            "DELETE FROM evidence; INSERT INTO evidence SELECT * FROM e")
        store.close()

    assert verified.json()["valid"] is False, verified
    assert shown.status == 200


# --- found by attack; each of these once let something through ---

def test_a_local_storage_has_only_local_locations(mesh, admin):
    # As s3://…, the bytes of a neighbour below the same prefix would be another
    # location, past every check of overlap.
    storage = unique("lake")
    victim, victim_owner = mesh.domain()
    thief, thief_owner = mesh.domain()
    admin.must("PUT", f"/storages/{storage}", {
        "kind": "local", "root": storage, "delegated": {thief: ["all/"], victim: ["all/theirs/"]}})
    victim_owner.must("PUT", f"/domains/{victim}/locations/main",
                      {"storage": storage, "uri": f"local://{storage}/all/theirs/"})

    answer = thief_owner.put(f"/domains/{thief}/locations/main",
                             {"storage": storage, "uri": "s3://any-bucket/all/theirs/"})

    assert answer.status == 400


@pytest.mark.parametrize("end", ["disabled", "deleted", "taken out of the group"])
def test_a_batch_gives_nothing_after_its_caller_lost_the_right(mesh, admin, end):
    fresh = Lake(mesh)
    for i in range(1_500):  # so that each of the batch takes a while
        (fresh.folder / f"{i}.csv").touch()
    user, client = mesh.principal()
    name, group = user.removeprefix("user:"), unique("readers")
    admin.must("PUT", f"/groups/{group}", {"members": [] if end == "deleted" else [user]})
    fresh.grant(user if end == "deleted" else f"group:{group}")
    one = {"port": fresh.port, "action": "read"}
    batch = threading.Thread(target=lambda: client.again().post("/resolve", {"requests": [one] * 100}))

    batch.start()
    while batch.is_alive() and not admin.get(f"/ledger?resource={fresh.port}").json()["items"]:
        pass  # until the batch is under way
    if end == "disabled":
        admin.must("PUT", f"/users/{name}", {"disabled": True})
    elif end == "deleted":
        admin.must("DELETE", f"/users/{name}")
    else:
        admin.must("PUT", f"/groups/{group}", {"members": []})
    batch.join()

    records = admin.get("/ledger?limit=300").json()["items"]
    changed = max(record["seq"] for record in records if record["kind"] == "change"
                  and record["resource"] in (name, group))
    late = [record for record in records if record["kind"] == "resolve" and record["allow"]
            and record["principal"] == user and record["seq"] > changed]
    assert len(late) == 0


def test_a_stream_ends_with_its_token(mesh, admin, server):
    user, _ = mesh.principal()
    token = admin.must("POST", "/tokens", {"principal": user, "name": "stream"})
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", f"/api/v1/changes?after={admin.end_of_changes()}", headers={
        "Authorization": f"Bearer {token['token']}", "Accept": "text/event-stream"})
    stream = connection.getresponse()
    later = unique("later")

    admin.must("DELETE", f"/tokens/{token['id']}")
    admin.must("PUT", f"/users/{later}", {})

    assert later.encode() not in read_until(stream, later)
    connection.close()


def test_moving_makes_no_deeper_nest_than_creating(mesh, admin):
    root, owner = mesh.domain()

    def chain(length):
        names, parent = [], root
        for _ in range(length):
            names.append(unique("nest"))
            owner.must("PUT", f"/domains/{names[-1]}", {"title": "n", "parent": parent})
            parent = names[-1]
        return names

    lower, upper = chain(10), chain(10)

    answer = owner.patch(f"/domains/{lower[0]}", {"parent": upper[-1]})

    assert answer.status == 409


def test_a_domain_hides_itself_from_nobody_who_governs_it(mesh, admin, cast):
    fresh = Lake(mesh)
    cedar = (f'forbid (principal, action in Action::"metadata", resource in Domain::"{fresh.domain}")'
             ' when { principal in Group::"administrators" || principal in Group::"auditors" };')

    answer = fresh.owner.put(f"/domains/{fresh.domain}/policies/hide", {"cedar": cedar})

    # Refused, or without effect on those.
    assert answer.status in (201, 400)
    assert admin.get(f"/domains/{fresh.domain}").status == 200
    assert cast["auditor"].get(fresh.path).status == 200
    assert admin.get(f"/domains/{fresh.domain}/policies").status == 200


def test_a_domains_rule_can_be_taken_back(mesh, admin):
    fresh = Lake(mesh)
    path = f"/domains/{fresh.domain}/policies/shut"
    fresh.owner.put(path, {"cedar": 'forbid (principal, action in Action::"metadata", '
                                    f'resource in Domain::"{fresh.domain}");'})

    # Refused from the start is as good.
    taken_back = [fresh.owner.delete(path).status, admin.delete(path).status]

    assert taken_back in ([204, 404], [404, 204], [403, 204], [404, 404])
    assert fresh.owner.get(fresh.path).status == 200


@pytest.mark.parametrize("change", ["a guardrail", "the group"])
def test_administrators_do_not_lock_themselves_out(own_server, change):
    admin = Mesh(own_server, Client).admin
    if change == "a guardrail":
        answer = admin.put("/guardrails/shut", {"cedar": "forbid (principal, action, resource);"})
    else:
        admin.must("PUT", "/users/ghost", {"disabled": True})
        answer = admin.put("/groups/administrators", {"members": ["user:ghost"]})

    assert answer.status in (200, 201, 400, 409)
    assert admin.put("/users/after", {}).status == 201


@pytest.mark.parametrize("entity", [
    'Domain::"{d}"', 'Product::"{d}/{p}"', 'Port::"{d}/{p}/files"',
    'Column::"{d}/{p}/files/c_email_address"', 'Group::"{d}/owners"', 'Team::"{d}"'])
def test_a_rule_does_not_tell_what_there_is(mesh, lake, hidden, stranger, entity):
    def answers(domain):
        name = entity.replace("{d}", domain).replace("{p}", "customers")
        kind = "principal" if name.startswith(("Team", "Group")) else "resource"
        checked = stranger.post("/policies/check", {"cedar": permit(
            "resource", 'action == Action::"discover"', f" when {{ {kind} in {name} }}")})
        path = f"/domains/{lake.domain}/policies/probe"
        written = lake.owner.put(path, {"cedar": permit(
            f'resource in Domain::"{lake.domain}"', 'action == Action::"read"',
            f" when {{ {kind} in {name} }}")})
        lake.owner.delete(path)
        return checked.json()["valid"], written.status

    assert answers(hidden.domain) == answers("no-such-domain")


@pytest.mark.parametrize("method,path,body", [
    ("PUT", "/domains/{d}", {"title": "Mine"}),
    ("PUT", "/domains/{mixed}/products/{p}", {"title": "Mine", "ports": []})])
def test_creating_does_not_tell_what_there_is(mesh, hidden, stranger, method, path, body):
    mixed = Lake(mesh)
    secret = {**mixed.document("hidden"), "ports": []}
    mixed.owner.must("PUT", f"/domains/{mixed.domain}/products/secret", secret)

    def tried(domain, product):
        names = {"d": domain, "p": product, "mixed": mixed.domain}
        status, document = facts(attack(stranger, method, path, body, names))
        return status, json.dumps(document).replace(domain, "D").replace(product, "P")

    assert tried(hidden.domain, "secret") == tried("no-such-domain", "no-such-product")


def test_a_product_that_was_never_published_is_shown_to_no_consumer(mesh):
    fresh = Lake(mesh, publish=False)
    user, client = mesh.principal()
    fresh.grant(user, resource=fresh.domain)

    assert "c_email_address" not in client.get(f"/domains/{fresh.domain}/products").text
    assert "Who bought" not in client.get(f"/search?q=bought&domain={fresh.domain}").text


def test_search_shows_what_was_published(mesh, stranger):
    fresh = Lake(mesh)
    fresh.owner.must("PUT", fresh.path, {**fresh.document(), "title": "Unannounced merger"})

    page = stranger.get(f"/search?q=bought&domain={fresh.domain}")

    assert page.json()["total"] == 1
    assert "merger" not in page.text


def test_search_tells_no_more_than_the_page(mesh, stranger):
    fresh = Lake(mesh)
    fresh.policy('forbid (principal, action == Action::"describe", '
                 f'resource in Domain::"{fresh.domain}");')

    page = stranger.get(f"/search?q=bought&domain={fresh.domain}")
    asked = stranger.post("/authorize", {"action": "read", "resource": fresh.port, "explain": True})

    assert stranger.get(fresh.path).status == 403
    assert "Who bought" not in page.text
    assert "c_email_address" not in asked.text


def test_a_column_that_may_not_be_discovered_is_on_no_page(mesh, stranger):
    fresh = Lake(mesh)
    fresh.policy('forbid (principal, action in Action::"metadata", '
                 f'resource == Column::"{fresh.port}/c_email_address") '
                 f'unless {{ principal in Group::"{fresh.domain}/owners" }};')

    assert "c_email_address" in fresh.owner.get(fresh.path).text
    assert "c_email_address" not in stranger.get(fresh.path).text


def test_whose_lease_ended_is_not_for_everybody(mesh, lake, stranger):
    user, client = mesh.principal()
    lake.grant(user)
    lease = lake.resolve(client).json()["lease"]["id"]

    client.must("DELETE", f"/leases/{lease}")

    assert lease not in [item["resource"] for item in stranger.changes()]


@pytest.mark.parametrize("purpose", ["x" * 500_000, "x" * 127 + "é", "\x01" * 5_000],
                         ids=["long", "cut inside a character", "control characters"])
def test_a_caller_fills_no_ledger_and_breaks_no_record(lake, stranger, admin, purpose):
    before = admin.get("/ledger?limit=1").json()["items"][0]["id"]

    answer = lake.resolve(stranger, purpose=purpose)

    # What is no name is no purpose: the request is refused before it is a decision.
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert admin.get("/ledger?limit=1").json()["items"][0]["id"] == before


@pytest.mark.parametrize("shift", range(2))
def test_a_long_name_in_a_refusal_breaks_no_record(mesh, admin, shift):
    fresh = Lake(mesh)
    document = fresh.document()
    # Wherever a limit cuts the message, one of the two shifts is inside a character.
    document["ports"][0]["columns"] = [
        {"name": "x" * (shift if i == 0 else 2) + "é" * 125 + str(i), "type": "long"}
        for i in range(9)]
    fresh.owner.must("PUT", fresh.path, document)
    fresh.owner.must("POST", f"{fresh.path}/publish", {"version": "2.0.0"})
    fresh.owner.must("PUT", fresh.path, fresh.document())
    assert fresh.owner.post(f"{fresh.path}/publish", {"version": "2.0.1"}).status == 409

    records = admin.get("/ledger?limit=10").json()["items"]

    assert [record for record in records if record.get("unreadable")] == []


def test_a_new_bearer_of_a_domains_name_reads_no_old_decision(mesh, admin):
    old = Lake(mesh)
    user, client = mesh.principal()
    old.grant(user)
    lease = old.resolve(client).json()["lease"]["id"]
    old.owner.must("DELETE", f"/domains/{old.domain}?cascade=true")
    owner, owner_client = mesh.principal()
    admin.must("PUT", f"/domains/{old.domain}", {"title": "New", "owners": [owner]})

    assert owner_client.get(f"/ledger/{lease}").status == 404
    assert owner_client.get(f"/leases/{lease}").status == 404


def test_what_shows_owners_above_is_another_when_they_are(mesh, admin):
    top, _ = mesh.domain()
    child = unique("child")
    admin.must("PUT", f"/domains/{child}", {"title": "c", "parent": top})
    before = admin.get(f"/domains/{child}")
    admin.must("PATCH", f"/domains/{top}", {"owners": [mesh.principal()[0]]})

    after = admin.get(f"/domains/{child}", {"If-None-Match": before.etag})

    assert after.status == 200


def test_a_rule_over_the_limit_is_not_parsed(stranger):
    # Whether it parses is not asked of what is too long anyway.
    answer = stranger.post("/policies/check", {"cedar": "@" * 20_000})

    assert "at most" in answer.text
