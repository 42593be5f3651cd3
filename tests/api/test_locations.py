"""Locations: what is refused, what overlaps, and that nothing moves away under a port."""
import concurrent.futures

import pytest

from scenario import COLUMNS, Lake, unique


class Place:
    """A storage of one kind, a domain with a delegated prefix, and its owner."""

    def __init__(self, mesh, kind):
        self.mesh, self.kind = mesh, kind
        self.domain, self.owner = mesh.domain()
        self.storage = unique("place")
        self.bucket = unique("bucket")
        self.delegate(self.domain)
        self.base = f"local://{self.storage}/" if kind == "local" else f"s3://{self.bucket}/"

    def document(self, **delegated):
        if self.kind == "local":
            return {"kind": "local", "root": self.storage, "delegated": delegated}
        return {"kind": "s3", "endpoint": "https://s3.example.invalid", "region": "us-east-1",
                "bucket": self.bucket, "delegated": delegated,
                "credentials": {"access_key_id": "charter", "secret_access_key": "secret"}}

    def delegate(self, *domains):
        self.mesh.admin.must("PUT", f"/storages/{self.storage}",
                             self.document(**{each: [f"{each}/"] for each in domains}))

    def register(self, uri, client=None, domain=None, name=None, method="PUT"):
        path = f"/domains/{domain or self.domain}/locations/{name or unique('l')}"
        return (client or self.owner).request(method, path, {"storage": self.storage, "uri": uri})


@pytest.fixture(scope="module", params=["local", "s3"])
def place(mesh, request):
    return Place(mesh, request.param)


@pytest.fixture(scope="module")
def local(mesh):
    return Place(mesh, "local")


PATHS = [
    "/", "a//b/", "//a/", "a//", "./", "a/./b/", "../", "a/../b/", "a/..", "..", ".",
    "%2e/", "%2e%2e/", "a/%2E%2E/b/", ".%2e/", "%2e./", "a%2fb/", "a%2Fb/", "%2f", "a/%2f/",
    "a\\b/", "a%5cb/", "a%5C..%5Cb/", "..\\", "..%5c", "a%00/", "a%0a/", "a%0d%0a/", "a%1f/", "a%7f/",
    "a\x00/", "a\n/", "a\t/", "a\x7f/", "a%c2%85/", "a\u0085/", "a%252e%252e/", "%25/", "a%25b/", "a%2525/",
    "a%/", "a%2/", "a%zz/", "a%u002e/", "a%ff/", "a%c0%ae/", "a%c0%af/", "a%ed%a0%80/",
    "*", "*/", "a*/", "a/*/", "%2a/", "a?/", "%3f/", "?", "${x}/", "a${aws:username}/", "%24{x}/",
    "$%7bx}/", "%24%7Bx%7D/", "a?versionId=1", "?list-type=2", "#", "a#b/", "a/#", "a;/?x", "x" * 1025 + "/",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_could_be_read_in_two_ways_is_refused(place, path):
    answer = place.register(place.base + f"{place.domain}/{path}")

    assert (answer.status, answer.problem) == (400, "invalid-request"), repr(answer)
    assert answer.pointers == ["/uri"]


AUTHORITIES = [
    "{a}:443", "{a}:", "user@{a}", "user:word@{a}", "@{a}", ":@{a}", "{a}%2f", "{a}%2fx", "{a}%00", "%6c{a}",
    "{a}.", ".{a}", "{a}..x", "", "{A}", "{a}_", "{a} ", " {a}", "{a}\\", "{a}*", "*", "{a}?x", "{a}#x",
    "127.0.0.1", "[::1]", "ab", "a" * 64,
]


@pytest.mark.parametrize("authority", AUTHORITIES)
@pytest.mark.parametrize("scheme", ["local", "s3"])
def test_an_authority_is_the_storages_and_nothing_beside_it(mesh, local, scheme, authority):
    own = local.storage if scheme == "local" else local.bucket
    written = authority.format(a=own, A=own.upper())

    answer = local.register(f"{scheme}://{written}/{local.domain}/a/")

    assert (answer.status, answer.problem) == (400, "invalid-request"), repr(answer)


@pytest.mark.parametrize("uri", [
    "", "/", "//", "://", "local", "local:", "local:/{a}/x/", "local:{a}/x/", "local:///x/", "/{a}/x/", "//{a}/x/",
    "LOCAL://{a}/x/", "Local://{a}/x/", "loc%61l://{a}/x/", " local://{a}/x/", "local ://{a}/x/",
    "file://{a}/x/", "file:///etc/", "http://{a}/x/", "https://{a}/x/", "s3a://{a}/x/", "s3n://{a}/x/",
    "S3://{a}/x/", "gs://{a}/x/", "abfss://{a}/x/", "hdfs://{a}/x/", "ftp://{a}/x/", "data:x", "javascript:x",
    "local://{a}/x/\n", "\tlocal://{a}/x/", "s3://", "s3:///x/", "s3://a,b/x/",
])
def test_an_unknown_form_is_refused(local, uri):
    answer = local.register(uri.replace("{a}", local.storage))

    assert (answer.status, answer.problem) == (400, "invalid-request"), repr(answer)


@pytest.mark.parametrize("uri", [None, 1, True, [], {}, ["local://lake/"]])
def test_a_uri_that_is_no_text_is_refused(local, uri):
    answer = local.owner.put(f"/domains/{local.domain}/locations/{unique('l')}",
                             {"storage": local.storage, "uri": uri})

    assert (answer.status, answer.problem) == (400, "invalid-request")


def test_a_refused_one_leaves_nothing(place):
    before = place.owner.pages(f"/domains/{place.domain}/locations")
    place.register(place.base + f"{place.domain}/../x/", name="refused")

    assert place.owner.pages(f"/domains/{place.domain}/locations") == before
    assert place.owner.get(f"/domains/{place.domain}/locations/refused").status == 404


def test_what_lies_beside_the_delegated_prefix_cannot_be_claimed(place):
    name = place.domain
    for path in (f"{name}x/", f"{name}", "", f"{name[:-1]}/", f"x/{name}/", f"{name.upper()}/"):
        if path == name:
            continue  # the prefix itself, without its last slash
        answer = place.register(place.base + path)
        assert (answer.status, answer.problem) == (403, "forbidden"), (path, answer)


# --- local only: what is registered is proved by the storage ---

def test_neighbours_do_not_overlap_and_nested_ones_do(local):
    base = f"{local.base}{local.domain}/near/"
    assert local.register(base + "a/").status == 201

    assert local.register(base + "ab/").status == 201
    assert local.register(base + "a-b/").status == 201
    for nested in ("a/", "a", "a/x/", "", "%61/", "a/x"):
        answer = local.register(base + nested)
        assert (answer.status, answer.problem) == (409, "conflict"), (nested, answer)


def test_an_escaped_name_is_the_name(local):
    written = f"{local.base}{local.domain}/esc/%61%20b"
    answer = local.register(written, name="escaped")

    assert answer.status == 201, repr(answer)
    assert local.register(f"{local.base}{local.domain}/esc/a b/").status == 409


def test_a_conflict_names_neither_owner_nor_path(mesh, local):
    secret = f"{local.domain}/hidden-place/"
    assert local.register(local.base + secret).status == 201
    other, other_owner = mesh.domain()
    mesh.admin.must("PUT", f"/storages/{local.storage}",
                    local.document(**{other: ["/"], local.domain: [f"{local.domain}/"]}))

    answer = local.register(f"{local.base}{local.domain}/", client=other_owner, domain=other)

    assert answer.status == 409
    assert "hidden-place" not in answer.text and local.domain not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_a_port_is_refused_in_the_same_places(lake, path):
    document = lake.document()
    document["ports"][0]["location"] = f"local://{lake.storage}/{lake.domain}/{path}"

    answer = lake.owner.put(f"/domains/{lake.domain}/products/odd", document)

    assert (answer.status, answer.problem) == (400, "invalid-request"), repr(answer)
    assert answer.pointers[0] == "/ports/0/location"


def elsewhere(mesh, lake):
    """The place of another domain in the same storage, with a port in it."""
    domain, owner = mesh.domain()
    mesh.admin.must("PUT", f"/storages/{lake.storage}", {
        "kind": "local", "root": lake.storage,
        "delegated": {lake.domain: [f"{lake.domain}/"], domain: [f"{domain}/"]}})
    owner.must("PUT", f"/domains/{domain}/locations/main",
               {"storage": lake.storage, "uri": f"local://{lake.storage}/{domain}/"})
    return domain, owner


def test_a_port_does_not_move_into_another_domain(mesh):
    lake = Lake(mesh)
    other, _ = elsewhere(mesh, lake)
    document = lake.document()
    for place in (f"local://{lake.storage}/{other}/x/", f"local://{lake.storage}/{other}/",
                  f"local://{lake.storage}/", f"local://{lake.storage}/{lake.domain}/../{other}/",
                  f"local://{lake.storage}/{lake.domain}%2f..%2f{other}/"):
        document["ports"][0]["location"] = place
        for answer in (lake.owner.put(lake.path, document),
                       lake.owner.patch(lake.path, {"ports": document["ports"]})):
            assert (answer.status, answer.problem) == (400, "invalid-request"), (place, answer)
            assert answer.pointers == ["/ports/0/location"]


def test_a_location_stays_while_a_draft_or_a_version_lies_in_it(mesh):
    lake = Lake(mesh)
    location = f"/domains/{lake.domain}/locations/main"
    moved = {"storage": lake.storage, "uri": f"local://{lake.storage}/{lake.domain}/other/"}
    assert lake.owner.put(location, moved).status == 409
    assert lake.owner.delete(location).status == 409
    assert mesh.admin.delete(location).status == 409
    assert mesh.admin.delete(f"/storages/{lake.storage}").status == 409
    assert mesh.admin.put(f"/storages/{lake.storage}",
                          {"kind": "local", "root": unique("other")}).status == 409
    # Only the draft leaves; the version that is resolved stays where it is.
    document = lake.document()
    document["ports"] = []
    lake.owner.must("PUT", lake.path, document)
    assert lake.owner.delete(location).status == 409


def test_what_is_gone_is_not_taken_over_by_its_name(mesh):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    lease = lake.resolve(client).json()["lease"]
    lake.owner.must("DELETE", lake.path)
    lake.owner.must("DELETE", f"/domains/{lake.domain}/locations/main")
    other, owner = elsewhere_taking(mesh, lake)

    assert lake.resolve(client).status == 404
    lake.owner.must("PUT", f"/domains/{lake.domain}/products/again", {
        "title": "again", "ports": []})
    document = lake.document()
    assert lake.owner.put(lake.path, document).status == 400, "it lies in the other's location now"
    assert owner.get(f"/domains/{other}/locations/taken").status == 200
    assert lease["urls"]


def elsewhere_taking(mesh, lake):
    """Another domain that the administrator gives the whole place of the lake."""
    domain, owner = mesh.domain()
    mesh.admin.must("PUT", f"/domains/{domain}/locations/taken", {
        "storage": lake.storage, "uri": f"local://{lake.storage}/{lake.domain}/"})
    return domain, owner


def test_moving_a_domain_moves_no_location(mesh):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    above, _ = mesh.domain()
    mesh.admin.must("PATCH", f"/domains/{lake.domain}", {"parent": above})

    assert lake.resolve(client).status == 200
    # The domain above has no part of it, though it owns what owns it.
    answer = mesh.admin.put(f"/domains/{above}/products/theft", lake.document())
    assert answer.status == 400


def test_a_port_and_the_end_of_its_location_never_both_win(mesh):
    lake = Lake(mesh)
    owner = lake.owner
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        one, two = owner.again(), owner.again()
        for round_number in range(20):
            name = f"race-{round_number}"
            uri = f"local://{lake.storage}/{lake.domain}-{name}/"
            mesh.admin.must("PUT", f"/domains/{lake.domain}/locations/{name}",
                            {"storage": lake.storage, "uri": uri})
            port = {"name": "files", "location": uri, "columns": COLUMNS}
            put = pool.submit(one.put, f"/domains/{lake.domain}/products/{name}",
                              {"title": name, "ports": [port]})
            end = pool.submit(two.delete, f"/domains/{lake.domain}/locations/{name}")
            statuses = (put.result().status, end.result().status)
            assert statuses in ((201, 409), (400, 204)), statuses


def test_two_domains_never_both_get_a_place(mesh, local):
    domains = [mesh.domain()[0] for _ in range(2)]
    clients = [mesh.admin.again() for _ in domains]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number in range(20):
            paths = (f"both-{number}/", f"both-{number}/in/")
            answers = [pool.submit(local.register, local.base + path, client=client, domain=domain)
                       for path, client, domain in zip(paths, clients, domains)]
            assert sorted(each.result().status for each in answers) == [201, 409]
