"""Products: what is refused and where, publishing, versions, locations."""
import copy

import pytest

from scenario import Lake, unique


@pytest.fixture(scope="module")
def draft(mesh):
    """A product that was never published."""
    return Lake(mesh, publish=False)


def publish(lake, version, **more):
    return lake.owner.post(f"{lake.path}/publish", {"version": version, **more})


# --- the document ---

WRONG = [
    ("/titel", lambda p: p.update(titel="x")),
    ("/title", lambda p: p.pop("title")),
    ("/title", lambda p: p.update(title=5)),
    ("/visibility", lambda p: p.update(visibility="secret")),
    ("/ports/0/nme", lambda p: p["ports"][0].update(nme="x")),
    ("/ports/0/name", lambda p: p["ports"][0].update(name="Files")),
    ("/ports/0/location", lambda p: p["ports"][0].pop("location")),
    ("/ports/0/location", lambda p: p["ports"][0].update(location="local://x/../y/")),
    ("/ports/0/location", lambda p: p["ports"][0].update(location="file:///etc/")),
    ("/ports/0/columns/1/type", lambda p: p["ports"][0]["columns"][1].update(type="text")),
    ("/ports/0/columns/1/type", lambda p: p["ports"][0]["columns"][1].update(type="decimal(9")),
    ("/ports/0/columns/1/typ", lambda p: p["ports"][0]["columns"][1].update(typ="int")),
    ("/ports/0/columns/1/name",
     lambda p: p["ports"][0]["columns"][1].update(name="C_CUSTOMER_SK")),
    ("/ports/0/columns/1/name", lambda p: p["ports"][0]["columns"][1].update(name="a\u0007b")),
    ("/links/0/url", lambda p: p.update(links=[{"title": "x", "url": "javascript:alert(1)"}])),
]


@pytest.mark.parametrize("pointer,change", WRONG, ids=[f"{i}{w[0]}" for i, w in enumerate(WRONG)])
def test_a_wrong_field_is_400_with_its_pointer(draft, pointer, change):
    document = copy.deepcopy(draft.document())
    change(document)

    answer = draft.owner.put(f"/domains/{draft.domain}/products/{unique('wrong')}", document)

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert pointer in answer.pointers


def test_all_that_is_wrong_is_named_at_once(draft):
    document = copy.deepcopy(draft.document())
    document["titel"] = 1
    document["ports"][0]["columns"][0]["type"] = "nope"

    answer = draft.owner.put(f"/domains/{draft.domain}/products/{unique('wrong')}", document)

    assert {"/titel", "/ports/0/columns/0/type"} <= set(answer.pointers)


@pytest.mark.parametrize("column_type", [
    "boolean", "int", "long", "float", "double", "decimal(38,10)", "string", "date", "time",
    "timestamp", "timestamptz", "binary", "uuid", "list<string>", "map<string, long>",
    "struct<a: int, b: list<decimal(5,2)>>"])
def test_each_column_type_is_kept(draft, column_type):
    document = copy.deepcopy(draft.document())
    document["ports"] = []
    name = unique("typed")
    document["ports"] = [{"name": "t", "location": f"local://{draft.storage}/{draft.domain}/{name}/",
                          "columns": [{"name": "x", "type": column_type}]}]

    made = draft.owner.put(f"/domains/{draft.domain}/products/{name}", document)

    assert made.status == 201, repr(made)
    assert made.json()["ports"][0]["columns"][0]["type"] == column_type


def test_a_tag_outside_the_vocabulary_is_refused(draft):
    document = {**draft.document(), "tags": {unique("unknown"): ["x"]}}

    answer = draft.owner.put(draft.path, document)

    assert answer.status in (400, 422)
    assert draft.owner.get(draft.path).json()["tags"] == {}


# --- locations ---

def test_a_port_lies_inside_a_location_of_its_domain(mesh, draft):
    other, other_owner = mesh.domain()
    document = draft.document()
    document["ports"][0]["location"] = f"local://{draft.storage}/{other}/x/"

    answer = draft.owner.put(draft.path, document)

    assert answer.status in (400, 409, 422)
    assert "/ports/0/location" in answer.pointers


def test_two_ports_never_overlap(draft):
    document = {"title": "T", "ports": [
        {"name": "inner", "opaque": True,
         "location": f"local://{draft.storage}/{draft.domain}/customers/deep/"}]}

    answer = draft.owner.put(f"/domains/{draft.domain}/products/{unique('inner')}", document)

    assert (answer.status, answer.problem) == (409, "conflict")


def test_a_neighbour_with_the_same_beginning_does_not_overlap(draft):
    document = {"title": "T", "ports": [
        {"name": "beside", "opaque": True,
         "location": f"local://{draft.storage}/{draft.domain}/customers-old/"}]}

    made = draft.owner.put(f"/domains/{draft.domain}/products/{unique('beside')}", document)

    assert made.status == 201, repr(made)


@pytest.mark.parametrize("below", ["", "deeper/"])
def test_a_location_that_overlaps_another_domains_is_409_and_names_nobody(mesh, draft, below):
    other, other_owner = mesh.domain()

    answer = mesh.admin.put(f"/domains/{other}/locations/taken", {
        "storage": draft.storage, "uri": f"local://{draft.storage}/{draft.domain}/{below}"})

    assert (answer.status, answer.problem) == (409, "conflict")


def test_a_domain_claims_only_what_was_delegated_to_it(mesh, draft):
    answer = draft.owner.put(f"/domains/{draft.domain}/locations/beside", {
        "storage": draft.storage, "uri": f"local://{draft.storage}/somewhere-else/"})

    assert (answer.status, answer.problem) == (403, "forbidden")


@pytest.mark.parametrize("uri", [
    "local://{s}/{d}/../x/", "local://{s}/{d}//x/", "local://{s}/{d}/./x/", "local://{s}/{d}/a\\b/",
    "local://{s}/{d}/%2e%2e/x/", "local://{s}/{d}/%2F/", "local://{s}/{d}/a%00b/",
    "local://u@{s}/{d}/x/", "local://{s}:1/{d}/x/", "local://{s}/{d}/x/?q", "local://{s}/{d}/x/#f",
    "file:///etc/", "local:/{s}/x", "{d}/x/", "local://other/{d}/x/", "local://{s}/{d}/*/"])
def test_a_location_that_is_not_plain_is_400(draft, uri):
    answer = draft.owner.put(f"/domains/{draft.domain}/locations/{unique('odd')}", {
        "storage": draft.storage, "uri": uri.format(s=draft.storage, d=draft.domain)})

    assert (answer.status, answer.problem) == (400, "invalid-request")


@pytest.mark.parametrize("root", ["..", "../x", "/etc", "a/../..", "", "a\u0000b", "a//b"])
def test_a_local_storage_stays_below_the_storage_directory(admin, root):
    answer = admin.put(f"/storages/{unique('out')}", {"kind": "local", "root": root})

    assert (answer.status, answer.problem) == (400, "invalid-request")


# --- publishing ---

def test_publish_freezes_the_working_copy(mesh):
    lake = Lake(mesh, publish=False)

    made = publish(lake, "1.0.0", note="first")
    lake.owner.must("PUT", lake.path, {**lake.document(), "title": "Changed since"})
    read = lake.owner.get(f"{lake.path}/versions/1.0.0")

    assert made.status == 201, repr(made)
    assert made.json()["version"] == "1.0.0"
    assert "Changed since" not in read.text
    assert read.json()["version"] == "1.0.0"
    product = lake.owner.get(lake.path).json()
    assert (product["status"], product["version"]) == ("published", "1.0.0")


def test_versions_are_listed(mesh):
    lake = Lake(mesh)
    publish(lake, "1.1.0")

    items = lake.owner.get(f"{lake.path}/versions").json()["items"]

    assert sorted(item["version"] for item in items) == ["1.0.0", "1.1.0"]


def test_a_version_grows_and_is_never_given_twice(mesh):
    lake = Lake(mesh)

    for version in ("1.0.0", "0.9.0"):
        answer = publish(lake, version)
        assert (answer.status, answer.problem) == (409, "conflict"), version


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0-rc1", "1.0.0.0", "", 1])
def test_a_version_that_is_none_is_400(draft, version):
    answer = publish(draft, version)

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert answer.pointers == ["/version"]


def test_a_breaking_change_needs_a_new_major_version(mesh):
    lake = Lake(mesh)
    document = copy.deepcopy(lake.document())
    del document["ports"][0]["columns"][1]
    lake.owner.must("PUT", lake.path, document)

    minor = publish(lake, "1.1.0")
    major = publish(lake, "2.0.0")

    assert minor.status in (409, 422), repr(minor)
    assert "c_email_address" in minor.text
    assert major.status == 201


def test_a_diff_tells_what_changed(mesh):
    lake = Lake(mesh)
    document = copy.deepcopy(lake.document())
    document["ports"][0]["columns"].append({"name": "c_new", "type": "int"})
    lake.owner.must("PUT", lake.path, document)
    publish(lake, "1.1.0")

    diff = lake.owner.get(f"{lake.path}/versions/1.0.0/diff/1.1.0")

    assert diff.status == 200
    assert "c_new" in diff.text
    assert lake.owner.get(f"{lake.path}/versions/1.0.0/diff/9.9.9").status == 404


def test_who_does_not_own_it_reads_what_was_published(mesh):
    lake = Lake(mesh)
    _, reader = mesh.principal()
    changed = copy.deepcopy(lake.document())
    changed["ports"][0]["columns"].append({"name": "c_new", "type": "int"})
    lake.owner.must("PUT", lake.path, changed)

    published = reader.get(lake.path)
    as_owner = lake.owner.get(lake.path)

    assert published.status == 200
    assert "c_new" not in published.text
    assert "c_new" in as_owner.text
    assert "c_new" not in lake.owner.get(f"{lake.path}?view=published").text
    assert reader.get(f"{lake.path}?view=draft").status in (403, 404)
    assert published.etag != as_owner.etag


def test_a_draft_is_not_there_for_others(mesh, draft):
    _, reader = mesh.principal()

    assert reader.get(draft.path).status == 404


def test_a_product_is_deprecated_and_retired(mesh):
    lake = Lake(mesh)

    deprecated = lake.owner.post(f"{lake.path}/deprecate",
                                 {"sunset_at": "2099-01-01T00:00:00Z", "note": "soon"})
    after_deprecate = lake.owner.get(lake.path).json()["status"]
    retired = lake.owner.post(f"{lake.path}/retire", {"note": "now"})
    after_retire = lake.owner.get(lake.path).json()["status"]

    assert (deprecated.status, after_deprecate) == (200, "deprecated")
    assert (retired.status, after_retire) == (200, "retired")


def test_only_who_may_publishes(mesh, lake):
    _, stranger = mesh.principal()

    for word, body in (("publish", {"version": "9.0.0"}), ("deprecate", {}), ("retire", {})):
        answer = stranger.post(f"{lake.path}/{word}", body)
        assert (answer.status, answer.problem) == (403, "forbidden"), word
    assert lake.owner.get(lake.path).json()["version"] == "1.0.0"


# --- domains with products ---

def test_a_domain_with_products_goes_only_with_cascade(mesh):
    lake = Lake(mesh)

    kept = mesh.admin.delete(f"/domains/{lake.domain}")
    gone = mesh.admin.delete(f"/domains/{lake.domain}?cascade=true")

    assert (kept.status, kept.problem) == (409, "conflict")
    assert gone.status == 204
    assert mesh.admin.get(f"/domains/{lake.domain}").status == 404
    assert mesh.admin.get(lake.path).status == 404


def test_a_new_bearer_of_an_old_name_has_none_of_the_old_ones_grants(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    lake.grant(reader)
    name = reader.removeprefix("user:")
    assert lake.resolve(client).status == 200

    mesh.admin.must("DELETE", f"/users/{name}")
    mesh.admin.must("PUT", f"/users/{name}", {})
    namesake = mesh.as_(reader)

    assert client.get("/me").status == 401
    assert lake.resolve(namesake).status == 403
