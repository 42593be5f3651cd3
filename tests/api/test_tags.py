"""The vocabulary of tags: own and inherited, protected keys, and values that go."""
import pytest

from scenario import Lake, unique


class Vocabulary:
    """A key with its steward, who is a steward of the lake's domain too."""

    def __init__(self, mesh, lake, protected=False):
        self.mesh = mesh
        self.lake = lake
        self.steward, self.steward_client = mesh.principal("user", "steward")
        self.key = unique("class")
        self.put(protected=protected)
        domain = lake.owner.get(f"/domains/{lake.domain}").json()
        stewards = domain.get("stewards", []) + [self.steward]
        lake.owner.must("PATCH", f"/domains/{lake.domain}", {"stewards": stewards})

    def put(self, values=("pii", "legal", "open"), protected=False, query="", client=None):
        return (client or self.mesh.admin).put(
            f"/tags/{self.key}{query}",
            {"values": list(values), "protected": protected, "stewards": [self.steward]})

    def tag(self, client, path, values):
        document = client.get(path).json()
        document["tags"] = {**document.get("tags", {}), self.key: values}
        if not values:
            del document["tags"][self.key]
        return client.put(path, document)


@pytest.fixture
def fresh(mesh):
    return Lake(mesh)


@pytest.fixture
def vocabulary(mesh, fresh):
    return Vocabulary(mesh, fresh)


def product_tags(lake, client=None):
    return (client or lake.owner).get(lake.path).json()


def test_reads_tell_own_tags_from_inherited_ones_and_where_they_come_from(vocabulary, fresh):
    domain = f"/domains/{fresh.domain}"
    assert vocabulary.tag(fresh.owner, domain, ["pii"]).status == 200

    shown = product_tags(fresh)

    inherited = {vocabulary.key: {"values": ["pii"], "origin": fresh.domain}}
    assert shown["tags"] == {}
    assert shown["effective_tags"] == inherited
    assert shown["effective_tags_below"] == {}, "all have those of the product"
    assert shown["ports"] == fresh.document()["ports"], "as it was put"
    assert fresh.owner.get(domain).json()["effective_tags"] == inherited
    for item in fresh.owner.pages(f"/domains/{fresh.domain}/products"):
        assert "effective_tags" not in item, "lists are without"


def test_an_override_that_is_removed_shows_the_inherited_tag_again(vocabulary, fresh):
    vocabulary.tag(fresh.owner, f"/domains/{fresh.domain}", ["pii"])
    vocabulary.tag(fresh.owner, fresh.path, ["open", "legal"])
    assert product_tags(fresh)["effective_tags"][vocabulary.key] == {
        "values": ["open", "legal"], "origin": fresh.product}

    assert vocabulary.tag(fresh.owner, fresh.path, []).status == 200

    assert product_tags(fresh)["effective_tags"][vocabulary.key] == {
        "values": ["pii"], "origin": fresh.domain}


def test_what_was_read_may_be_put_again_and_nothing_else_is_taken(vocabulary, fresh):
    vocabulary.tag(fresh.owner, f"/domains/{fresh.domain}", ["pii"])
    read = fresh.owner.get(fresh.path)

    again = fresh.owner.put(fresh.path, read.json())
    assert (again.status, again.json()) == (200, read.json())

    changed = read.json()
    changed["effective_tags"] = {}
    answer = fresh.owner.put(fresh.path, changed)
    assert answer.problem == "invalid-request"
    assert answer.pointers == ["/effective_tags"]


def test_ports_and_columns_with_tags_of_their_own_are_told(vocabulary, fresh):
    vocabulary.tag(fresh.owner, f"/domains/{fresh.domain}", ["pii"])
    document = fresh.owner.get(fresh.path).json()
    document["ports"][0]["columns"][1]["tags"] = {vocabulary.key: ["open"]}
    assert fresh.owner.put(fresh.path, document).status == 200

    assert product_tags(fresh)["effective_tags_below"] == {
        "files/c_email_address": {vocabulary.key: {
            "values": ["open"], "origin": f"{fresh.port}/c_email_address"}}}


def test_a_tag_that_changes_above_is_another_representation(vocabulary, fresh):
    before = fresh.owner.get(fresh.path)
    vocabulary.tag(fresh.owner, f"/domains/{fresh.domain}", ["pii"])

    after = fresh.owner.get(fresh.path, {"If-None-Match": before.etag})
    assert after.status == 200 and after.etag != before.etag
    assert fresh.owner.get(fresh.path, {"If-None-Match": after.etag}).status == 304

    vocabulary.tag(fresh.owner, fresh.path, ["open"])
    own = fresh.owner.get(fresh.path)
    assert vocabulary.put(protected=True).status == 200
    added = fresh.owner.get(fresh.path, {"If-None-Match": own.etag})
    assert added.status == 200
    assert added.json()["effective_tags"][vocabulary.key]["values"] == ["pii", "open"]
    assert fresh.owner.put(fresh.path, added.json(), {"If-Match": added.etag}).status == 200


def test_what_is_concealed_is_so_with_its_tags(mesh, vocabulary, fresh):
    reader, client = mesh.principal()
    fresh.policy('forbid (principal, action == Action::"discover", resource == '
                 f'Column::"{fresh.port}/c_email_address") unless '
                 '{ principal in resource.domain.owners };')
    document = fresh.owner.get(fresh.path).json()
    document["ports"][0]["columns"][1]["tags"] = {vocabulary.key: ["open"]}
    assert fresh.owner.put(fresh.path, document).status == 200

    shown = product_tags(fresh, client)

    assert shown["effective_tags_below"] == {}
    assert [column["name"] for column in shown["ports"][0]["columns"]] == ["c_customer_sk"]
    assert "c_email_address" not in client.get(fresh.path).text


def test_a_retag_counts_from_its_acknowledgement_on(mesh, vocabulary, fresh):
    reader, client = mesh.principal()
    fresh.grant(reader)
    fresh.policy('forbid (principal, action in Action::"data", resource in '
                 f'Domain::"{fresh.domain}") when {{ resource.hasTag("{vocabulary.key}") && '
                 f'resource.getTag("{vocabulary.key}").contains("legal") }};')
    for _ in range(5):
        assert fresh.resolve(client).status == 200
        vocabulary.tag(fresh.owner, f"/domains/{fresh.domain}", ["legal"])
        assert fresh.resolve(client).status == 403
        vocabulary.tag(fresh.owner, f"/domains/{fresh.domain}", [])


def test_a_put_that_would_lose_a_protected_value_is_refused_not_obeyed(mesh, fresh):
    vocabulary = Vocabulary(mesh, fresh, protected=True)
    assert vocabulary.tag(vocabulary.steward_client, fresh.path, ["legal"]).status == 200
    before = fresh.owner.get(fresh.path).json()
    without = {**before, "tags": {}}

    for client in (fresh.owner, mesh.admin):
        for answer in (client.put(fresh.path, without),
                       client.patch(fresh.path, {"tags": None}),
                       client.patch(fresh.path, {"tags": {vocabulary.key: ["legal", "open"]}}),
                       client.delete(fresh.path)):
            assert answer.problem == "forbidden", repr(answer)
            assert vocabulary.key in answer.text
    assert fresh.owner.get(fresh.path).json() == before
    assert fresh.owner.patch(fresh.path, {"title": "Other"}).status == 200
    now = fresh.owner.get(fresh.path).json()
    assert vocabulary.steward_client.put(fresh.path, {**now, "tags": {}}).status == 200


def test_tagging_in_the_call_that_creates_needs_both_rights(mesh, fresh):
    vocabulary = Vocabulary(mesh, fresh, protected=True)
    path = f"/domains/{fresh.domain}/products/{unique('new')}"
    document = {"title": "New", "tags": {vocabulary.key: ["pii"]}}

    assert fresh.owner.put(path, document).problem == "forbidden"
    assert vocabulary.steward_client.put(path, document).problem == "forbidden"
    assert fresh.owner.get(path).status == 404

    assert fresh.owner.put(path, {"title": "New"}).status == 201
    assert vocabulary.steward_client.put(path, document).status == 200


def test_nobody_tags_himself(mesh, vocabulary):
    answer = mesh.admin.patch("/users/admin", {"tags": {vocabulary.key: ["open"]}})

    assert answer.problem == "forbidden"
    other, _ = mesh.principal()
    name = other.split(":")[1]
    assert mesh.admin.patch(f"/users/{name}", {"tags": {vocabulary.key: ["open"]}}).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_is_in_use_does_not_go_and_the_answer_says_where(mesh, vocabulary, fresh, method):
    user, _ = mesh.principal()
    vocabulary.tag(fresh.owner, fresh.path, ["pii"])
    mesh.admin.must("PATCH", f"/users/{user.split(':')[1]}", {"tags": {vocabulary.key: ["pii"]}})
    label = fresh.policy(
        f'permit (principal, action == Action::"read", resource in Domain::"{fresh.domain}") when '
        f'{{ resource.hasTag("{vocabulary.key}") && '
        f'resource.getTag("{vocabulary.key}").contains("pii") }};')

    def take(query=""):
        if method == "DELETE":
            return mesh.admin.delete(f"/tags/{vocabulary.key}{query}")
        return vocabulary.put(values=["legal", "open"], query=query)

    refused = take()
    assert refused.problem == "conflict"
    assert {error["detail"] for error in refused.json()["errors"]} == {
        f"in use by {fresh.product}", f"in use by {user}", f"in use by {label}"}
    assert take("?force=maybe").problem == "invalid-request"
    cursor = mesh.admin.end_of_changes()

    assert take("?force=true").status in (200, 204)

    assert product_tags(fresh)["effective_tags"] == {}
    assert mesh.admin.get(f"/users/{user.split(':')[1]}").json()["tags"] == {}
    changes = [(item["resource"], item["change"]) for item in mesh.admin.changes(cursor)]
    assert (fresh.product, "retagged") in changes


def test_a_value_that_nothing_has_goes_at_once(vocabulary):
    assert vocabulary.put(values=["legal"]).status == 200


def test_only_tags_take_force(mesh):
    path = f"/purposes/{unique('purpose')}?force=true"
    assert mesh.admin.put(path, {"description": "d"}).problem == "invalid-request"


def test_a_grant_that_asks_for_a_tag_does_not_hold_up_force(mesh, fresh):
    vocabulary = Vocabulary(mesh, fresh)
    vocabulary.tag(fresh.owner, fresh.path, ["legal"])
    reader, client = mesh.principal()
    grant = fresh.owner.must("POST", "/grants", {
        "grantee": reader, "actions": ["read"],
        "tagged": {"domain": fresh.domain, "all": {vocabulary.key: ["legal"]}}})
    assert fresh.resolve(client).status == 200
    assert mesh.admin.delete(f"/tags/{vocabulary.key}").problem == "conflict"

    assert mesh.admin.delete(f"/tags/{vocabulary.key}?force=true").status == 204

    assert fresh.resolve(client).status == 403
    assert fresh.owner.get(f"/grants/{grant['id']}").json()["state"] == "active"
