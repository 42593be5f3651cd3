"""What one may not discover does not exist; what one may discover but not do is 403."""
import pytest

from scenario import Lake, unique


@pytest.fixture(scope="module")
def hidden(mesh):
    return Lake(mesh, visibility="hidden")


@pytest.fixture(scope="module")
def stranger(mesh):
    return mesh.principal("user", "stranger")[1]


def body_of(answer):
    document = answer.json()
    del document["instance"]
    return document


@pytest.mark.parametrize("method,suffix,document", [
    ("GET", "", None), ("PUT", "", {"title": "Mine"}), ("PATCH", "", {"title": "Mine"}),
    ("DELETE", "", None), ("POST", "/publish", {"version": "2.0.0"}), ("GET", "/versions", None),
    ("GET", "/versions/1.0.0", None), ("POST", "/retire", {})])
def test_a_hidden_product_answers_as_an_absent_one(hidden, stranger, method, suffix, document):
    base = f"/domains/{hidden.domain}/products"

    of_hidden = stranger.request(method, f"{base}/customers{suffix}", document)
    of_absent = stranger.request(method, f"{base}/absent{suffix}", document)

    assert of_hidden.status == of_absent.status == 404
    assert body_of(of_hidden) == body_of(of_absent)


def test_a_hidden_product_is_in_no_list_search_or_count(hidden, stranger):
    # Nothing in the domain shows, so the domain itself does not.
    assert stranger.get(f"/domains/{hidden.domain}/products").status == 404
    page = stranger.get(f"/search?domain={hidden.domain}").json()
    assert page["items"] == [] and page["total"] == 0
    assert hidden.domain not in str(page["facets"])


def test_a_hidden_product_is_in_no_journal(mesh, hidden, stranger):
    def mentions(client):
        return [item for item in client.changes() if hidden.product in item["resource"]]

    assert mentions(stranger) == []
    assert mentions(mesh.admin) != []


def test_the_domain_of_only_hidden_products_is_not_there(hidden, stranger):
    assert stranger.get(f"/domains/{hidden.domain}").status == 404
    assert hidden.domain not in [item["name"] for item in stranger.pages("/domains", 1000)]


def test_the_domain_of_a_shown_product_is_there(lake, stranger):
    assert lake.domain in [item["name"] for item in stranger.pages("/domains", 1000)]
    assert stranger.get(f"/domains/{lake.domain}").status == 200


def test_given_discover_it_is_there(mesh, hidden):
    principal, client = mesh.principal()
    hidden.owner.must("POST", "/grants", {
        "grantee": principal, "resource": hidden.product,
        "actions": ["discover", "describe"], "reason": "test"})

    assert client.get(hidden.path).status == 200
    assert hidden.resolve(client).status == 403


@pytest.mark.parametrize("method,suffix,document", [
    ("PUT", "", {"title": "Mine"}), ("PATCH", "", {"title": "Mine"}), ("DELETE", "", None),
    ("POST", "/publish", {"version": "2.0.0"}), ("POST", "/retire", {})])
def test_a_shown_product_is_forbidden_with_the_reason(lake, stranger, method, suffix, document):
    answer = stranger.request(method, f"{lake.path}{suffix}", document)

    assert (answer.status, answer.problem) == (403, "forbidden")
    assert lake.owner.get(lake.path).json()["title"] == "Customers"


@pytest.mark.parametrize("path,document", [
    (f"/domains/{unique('theirs')}", {"title": "T"}),
    (f"/storages/{unique('theirs')}", {"kind": "local", "root": "x"}),
    (f"/guardrails/{unique('theirs')}",
     {"cedar": 'forbid (principal, action == Action::"read", resource);'}),
    (f"/tags/{unique('theirs')}", {"values": ["a"]}),
    (f"/purposes/{unique('theirs')}", {"description": "d"}),
    (f"/users/{unique('theirs')}", {}),
    (f"/groups/{unique('theirs')}", {"members": []}),
    (f"/groups/administrators", {"members": []}),
])
def test_only_administrators_change_the_mesh(mesh, stranger, path, document):
    answer = stranger.put(path, document)

    assert answer.status in (403, 404)
    assert mesh.admin.get(path).status in (200, 404)
    assert "user:admin" in mesh.admin.get("/groups/administrators").json()["members"]


def test_what_only_its_keepers_see_answers_alike_whether_it_is_there_or_not(mesh, lake, stranger):
    lake.policy(f'forbid (principal == User::"admin", action == Action::"read", '
                f'resource in Domain::"{lake.domain}");', name="rule")
    for there in (f"/domains/{lake.domain}/policies/rule",
                  f"/domains/{lake.domain}/locations/main",
                  f"/storages/{lake.storage}"):
        absent = f"{there.rsplit('/', 1)[0]}/{unique('absent')}"
        found, missing = stranger.get(there), stranger.get(absent)
        assert (found.status, found.json()["detail"]) == (403, missing.json()["detail"])
        assert missing.status == 403
        assert mesh.admin.get(there).status == 200
        assert mesh.admin.get(absent).status == 404
    hidden = Lake(mesh, visibility="hidden")
    assert stranger.get(f"/domains/{hidden.domain}/policies/rule").status == 404


def test_putting_a_domain_back_as_it_is_takes_a_right(mesh, lake, stranger):
    as_it_is = mesh.admin.get(f"/domains/{lake.domain}").json()
    assert stranger.patch(f"/domains/{lake.domain}", {}).status == 403
    assert stranger.patch(f"/domains/{lake.domain}", {"owners": as_it_is["owners"]}).status == 403
    assert lake.owner.patch(f"/domains/{lake.domain}", {}).status == 200


def test_a_stranger_reads_no_policies_locations_or_grants(lake, stranger):
    lake.policy(f'permit (principal == User::"admin", action == Action::"read", '
                f'resource in Domain::"{lake.domain}");')

    for path in (f"/domains/{lake.domain}/policies", f"/domains/{lake.domain}/locations", "/grants"):
        answer = stranger.get(path)
        assert answer.status in (403, 404) or answer.json()["items"] == [], path


def test_a_refused_change_leaves_one_record(mesh, lake):
    principal, client = mesh.principal()

    client.put(lake.path, {"title": "Mine"})

    records = mesh.admin.pages(f"/ledger?principal={principal}")
    assert [record["allow"] for record in records] == [False]


def test_reads_and_lists_leave_no_record(mesh, lake):
    principal, client = mesh.principal()

    client.get("/domains")
    client.get(lake.path)
    client.get("/search?q=customers")

    assert mesh.admin.pages(f"/ledger?principal={principal}") == []
