"""Every resource that is put: create, read back, replace, conditions, merge, delete."""
import pytest

from scenario import unique

READ_ONLY = {"name", "id", "revision", "created_at", "updated_at", "updated_by"}


class Kind:
    """One row of the table: where such a resource lives and two documents of it."""

    def __init__(self, word, first, second, patch=None, below_domain=False):
        self.word = word
        self.first = first
        self.second = second
        self.patch = patch
        self.below_domain = below_domain


class Case:
    """A resource that is not there yet: its path, its documents and who may put it."""

    def __init__(self, kind, mesh):
        self.kind = kind
        self.name = unique(kind.word.rstrip("s"))
        self.client, base = mesh.admin, ""
        self.parameters = {"name": self.name}
        if kind.below_domain:
            domain, self.client = mesh.domain()
            storage = unique("lake")
            mesh.admin.must("PUT", f"/storages/{storage}",
                            {"kind": "local", "root": storage, "delegated": {domain: [f"{domain}/"]}})
            self.client.must("PUT", f"/domains/{domain}/locations/home",
                             {"storage": storage, "uri": f"local://{storage}/{domain}/home/"})
            base = f"/domains/{domain}"
            self.parameters |= {"domain": domain, "storage": storage}
        self.list_path = f"{base}/{kind.word}"
        self.path = f"{self.list_path}/{self.name}"
        self.first = self.fill(kind.first)
        self.second = self.fill(kind.second)

    def fill(self, value):
        """`value` with {name}, {domain} and {storage} replaced in every string."""
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, str):
            for key, text in self.parameters.items():
                value = value.replace("{" + key + "}", text)
        return value


PORT = {"name": "files", "kind": "files", "format": "csv", "tags": {},
        "location": "local://{storage}/{domain}/home/{name}/",
        "columns": [{"name": "C 1/ä", "field_id": 1, "type": "decimal(7,2)", "nullable": False,
                     "description": "A column", "tags": {}}]}

KINDS = [
    Kind("domains", {"title": "A", "owners": ["user:admin"], "members": [], "tags": {}},
         {"title": "B", "description": "b", "owners": ["user:admin"], "stewards": ["user:admin"],
          "members": ["user:admin"], "tags": {}, "contact": "b@example.org"},
         patch={"description": "patched"}),
    Kind("locations", {"storage": "{storage}", "uri": "local://{storage}/{domain}/a/"},
         {"storage": "{storage}", "uri": "local://{storage}/{domain}/b/"}, below_domain=True),
    Kind("products", {"title": "A", "visibility": "listed", "ports": []},
         {"title": "B", "description": "b", "purpose": "p", "limitations": "l", "tags": {},
          "links": [{"title": "Runbook", "url": "https://example.org/"}], "visibility": "hidden",
          "slo": [{"name": "freshness", "objective": "24h"}], "ports": [PORT]},
         patch={"description": "patched"}, below_domain=True),
    Kind("policies",
         {"cedar": 'permit (principal, action == Action::"describe", resource == Domain::"{domain}");'},
         {"cedar": 'forbid (principal, action in [Action::"read"], resource in Domain::"{domain}");',
          "description": "b", "review_at": "2099-01-01T00:00:00Z"}, below_domain=True),
    Kind("guardrails",
         {"cedar": 'forbid (principal == User::"admin", action == Action::"read", resource);',
          "mode": "shadow"},
         {"cedar": 'forbid (principal == User::"admin", action == Action::"write", resource);',
          "description": "b", "mode": "enforce"}),
    Kind("storages", {"kind": "local", "root": "{name}"},
         {"kind": "local", "root": "{name}", "delegated": {"somebody": ["a/", "b/c/"]}}),
    Kind("purposes", {"description": "A"}, {"description": "B", "claimable_by": ["user:admin"]}),
    Kind("tags", {"values": ["a", "b"], "description": "A"},
         {"values": ["a", "b", "c"], "description": "B", "protected": False,
          "stewards": ["user:admin"]}),
    Kind("users", {"title": "A"}, {"title": "B", "tags": {}}, patch={"title": "C"}),
    Kind("groups", {"title": "A", "members": []}, {"title": "B", "members": ["user:admin"]},
         patch={"title": "C"}),
    Kind("services", {"title": "A"}, {"title": "B", "description": "b"}, patch={"title": "C"}),
    Kind("engines", {"enforces": ["columns"]},
         {"enforces": ["columns", "masks", "rows"], "speaks_for": ["user:admin"]},
         patch={"enforces": ["rows"]}),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.word)
def case(request, mesh):
    return Case(request.param, mesh)


def assert_holds(document, answer):
    """What was put is what is read back, with the facts of the resource beside it."""
    assert set(answer) >= READ_ONLY
    assert {key: answer[key] for key in document} == document


def test_put_creates(case):
    made = case.client.put(case.path, case.first)

    assert made.status == 201, repr(made)
    assert made.etag == '"1"'
    document = made.json()
    assert_holds(case.first, document)
    assert document["name"] == case.name
    assert document["revision"] == 1
    assert len(document["id"]) == 16 and int(document["id"], 16) > 0
    assert document["created_at"] == document["updated_at"]
    assert document["created_at"].endswith("Z")
    assert document["updated_by"].startswith("user:")


def test_what_was_put_is_read_back(case):
    made = case.client.put(case.path, case.first)
    read = case.client.get(case.path)

    assert read.status == 200
    assert read.json() == made.json()
    assert read.headers.get_content_type() == "application/json"
    assert {"Authorization", "X-Api-Key", "Accept"} <= {
        name.strip() for name in read.headers["Vary"].split(",")}
    revision = read.etag.strip('"').split("-")[0]
    assert revision == "1"


def test_a_read_that_has_it_already_is_304(case):
    case.client.put(case.path, case.first)
    read = case.client.get(case.path)
    again = case.client.get(case.path, {"If-None-Match": read.etag})

    assert again.status == 304 and again.body == b""
    assert again.etag == read.etag


def test_put_replaces_the_whole(case):
    made = case.client.put(case.path, case.first).json()
    replaced = case.client.put(case.path, case.second)

    assert replaced.status == 200, repr(replaced)
    document = replaced.json()
    assert_holds(case.second, document)
    assert document["id"] == made["id"]
    assert document["revision"] == 2
    assert document["created_at"] == made["created_at"]
    assert case.client.get(case.path).json() == document


def test_the_same_put_changes_nothing(case):
    made = case.client.put(case.path, case.first)
    again = case.client.put(case.path, case.first)

    assert again.status == 200
    assert again.etag == made.etag
    assert again.json() == made.json()


def test_what_was_read_can_be_put_back(case):
    case.client.put(case.path, case.second)
    read = case.client.get(case.path).json()
    back = case.client.put(case.path, read)

    assert back.status == 200, repr(back)
    assert back.json() == read


def test_if_match_holds_or_412(case):
    case.client.put(case.path, case.first)

    wrong = case.client.put(case.path, case.second, {"If-Match": '"7"'})
    right = case.client.put(case.path, case.second, {"If-Match": '"1"'})
    late = case.client.put(case.path, case.first, {"If-Match": '"1"'})

    assert (wrong.status, wrong.problem) == (412, "precondition-failed")
    assert right.status == 200 and right.json()["revision"] == 2
    assert late.status == 412
    assert case.client.get(case.path).json()["revision"] == 2


def test_if_match_on_what_is_absent_is_412_and_makes_nothing(case):
    answer = case.client.put(case.path, case.first, {"If-Match": '"1"'})

    assert answer.status == 412
    assert case.client.get(case.path).status == 404


def test_if_none_match_star_only_creates(case):
    made = case.client.put(case.path, case.first, {"If-None-Match": "*"})
    again = case.client.put(case.path, case.second, {"If-None-Match": "*"})

    assert made.status == 201
    assert (again.status, again.problem) == (412, "precondition-failed")
    assert case.client.get(case.path).json()["revision"] == 1


@pytest.mark.parametrize("field,value", [
    ("id", "0000000000000001"), ("name", "other"), ("created_at", "2000-01-01T00:00:00Z"),
    ("updated_by", "user:somebody")])
def test_a_read_only_field_with_another_value_is_400(case, field, value):
    case.client.put(case.path, case.first)

    answer = case.client.put(case.path, {**case.second, field: value})

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert answer.pointers == [f"/{field}"]
    assert case.client.get(case.path).json()["revision"] == 1


def test_an_old_revision_in_the_document_is_412(case):
    case.client.put(case.path, case.first)
    case.client.put(case.path, case.second)

    answer = case.client.put(case.path, {**case.first, "revision": 1})

    assert (answer.status, answer.problem) == (412, "precondition-failed")


def test_an_unknown_field_is_400_and_named(case):
    answer = case.client.put(case.path, {**case.first, "no~such/field": 1})

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert answer.pointers == ["/no~0such~1field"]
    assert case.client.get(case.path).status == 404


def test_patch_merges(case):
    if case.kind.patch is None:
        case.client.put(case.path, case.first)
        answer = case.client.patch(case.path, {})
        assert (answer.status, answer.problem) == (405, "method-not-allowed")
        return
    case.client.put(case.path, case.first)

    patched = case.client.patch(case.path, case.kind.patch)
    merge = case.client.request("PATCH", case.path, case.kind.patch,
                                {"Content-Type": "application/merge-patch+json"})

    assert patched.status == 200, repr(patched)
    assert_holds({**case.first, **case.kind.patch}, patched.json())
    assert patched.json()["revision"] == 2
    assert merge.status == 200 and merge.json() == patched.json()


def test_patch_takes_a_field_away_with_null(case):
    if case.kind.patch is None:
        return  # refused, see above
    field = next(iter(case.kind.patch))
    case.client.put(case.path, {**case.first, **case.kind.patch})

    patched = case.client.patch(case.path, {field: None})

    if field in ("title",) and case.kind.word == "domains":
        assert patched.status == 400
        return
    assert patched.status == 200, repr(patched)
    assert field not in patched.json()


def test_patch_keeps_conditions_and_refuses_unknown_fields(case):
    if case.kind.patch is None:
        return  # refused, see above
    case.client.put(case.path, case.first)

    assert case.client.patch(case.path, case.kind.patch, {"If-Match": '"9"'}).status == 412
    unknown = case.client.patch(case.path, {"nope": 1})
    assert unknown.status == 400 and unknown.pointers == ["/nope"]
    assert case.client.patch(case.path.rsplit("/", 1)[0] + "/absent", {}).status == 404
    assert case.client.get(case.path).json()["revision"] == 1


def test_delete_takes_it_away(case):
    made = case.client.put(case.path, case.first).json()

    deleted = case.client.delete(case.path)
    again = case.client.put(case.path, case.first)

    assert (deleted.status, deleted.body) == (204, b"")
    assert again.status == 201
    assert again.json()["id"] != made["id"]


def test_what_was_deleted_is_absent(case):
    case.client.put(case.path, case.first)
    case.client.delete(case.path)

    assert case.client.get(case.path).problem == "not-found"
    assert case.client.delete(case.path).problem == "not-found"
    assert case.name not in [item["name"] for item in case.client.pages(case.list_path, 1000)]


def test_delete_keeps_if_match(case):
    case.client.put(case.path, case.first)

    assert case.client.delete(case.path, {"If-Match": '"2"'}).status == 412
    assert case.client.delete(case.path, {"If-Match": '"1"'}).status == 204


def test_the_list_has_it(case):
    made = case.client.put(case.path, case.first).json()

    items = {item["name"]: item for item in case.client.pages(case.list_path, 1000)}

    assert items[case.name]["id"] == made["id"]


def test_somebody_else_may_not_change_it(case, mesh):
    case.client.put(case.path, case.first)
    _, stranger = mesh.principal()

    answers = [stranger.put(case.path, case.second), stranger.delete(case.path)]

    for answer in answers:
        assert (answer.status, answer.problem) in [(403, "forbidden"), (404, "not-found")]
    assert case.client.get(case.path).json()["revision"] == 1


def test_the_journal_has_each_change(case, admin):
    cursor = admin.end_of_changes()

    case.client.put(case.path, case.first)
    case.client.put(case.path, case.second)
    case.client.delete(case.path)

    mine = [item for item in admin.changes(cursor) if item["resource"].endswith(case.name)]
    assert len(mine) == 3
    assert len({item["kind"] for item in mine}) == 1
    assert mine[0]["change"] == "created" and mine[-1]["change"] == "deleted"
