"""The bytes: what a lease's URL gives, and what is not one."""
import http.client
import os
import socket
import urllib.parse

import pytest

from scenario import Lake


@pytest.fixture(scope="module")
def reader(mesh, lake):
    principal, client = mesh.principal("user", "reader")
    lake.grant(principal)
    return client


@pytest.fixture
def lease(lake, reader):
    answer = lake.resolve(reader)
    assert answer.status == 200, repr(answer)
    return answer.json()["lease"]


def target(url, server):
    """The path and query of a lease's URL, which names this server."""
    parts = urllib.parse.urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == server.url
    return f"{parts.path}?{parts.query}"


def first(lease, server):
    return target(lease["urls"][0]["url"], server)


def test_the_url_alone_gives_the_bytes(mesh, server, lake, lease):
    for url in lease["urls"]:
        answer = mesh.anonymous.raw("GET", target(url["url"], server))
        assert answer.status == 200
        assert answer.body == lake.files[url["path"]]
        assert answer.headers["ETag"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_head_gives_the_size_and_no_bytes(mesh, server, lake, lease):
    answer = mesh.anonymous.raw("HEAD", first(lease, server))

    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) == lease["urls"][0]["size_bytes"]
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("field,begin,end", [
    ("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=890-", 890, None),
    ("bytes=-7", -7, None), ("bytes=5-999999", 5, None)])
def test_a_range_gives_that_part(mesh, server, lake, lease, field, begin, end):
    whole = lake.files["part-0.csv"]

    answer = mesh.anonymous.raw("GET", first(lease, server), headers={"Range": field})

    assert answer.status == 206
    assert answer.body == whole[begin:end]
    start = begin if begin >= 0 else len(whole) + begin
    assert answer.headers["Content-Range"] == (
        f"bytes {start}-{start + len(answer.body) - 1}/{len(whole)}")


def test_a_range_outside_is_416(mesh, server, lake, lease):
    answer = mesh.anonymous.raw("GET", first(lease, server), headers={"Range": "bytes=99999-"})

    assert (answer.status, answer.problem) == (416, "range")
    assert answer.headers["Content-Range"] == f"bytes */{len(lake.files['part-0.csv'])}"


def test_a_part_is_only_given_of_the_same_bytes(mesh, server, lake, lease):
    etag = mesh.anonymous.raw("HEAD", first(lease, server)).etag

    same = mesh.anonymous.raw("GET", first(lease, server),
                              headers={"Range": "bytes=0-0", "If-Range": etag})
    other = mesh.anonymous.raw("GET", first(lease, server),
                               headers={"Range": "bytes=0-0", "If-Range": '"other"'})

    assert (same.status, other.status) == (206, 200)
    assert other.body == lake.files["part-0.csv"]


def test_who_has_the_bytes_already_gets_304(mesh, server, lease):
    etag = mesh.anonymous.raw("HEAD", first(lease, server)).etag

    answer = mesh.anonymous.raw("GET", first(lease, server), headers={"If-None-Match": etag})

    assert (answer.status, answer.body) == (304, b"")


def test_the_date_of_an_object_decides_where_no_etag_does(mesh, server, lake, lease):
    def asked(**headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return mesh.anonymous.raw("GET", first(lease, server), headers=fields).status

    whole = mesh.anonymous.raw("HEAD", first(lease, server))
    date, long_ago = whole.headers["Last-Modified"], "Sat, 01 Jan 2000 00:00:00 GMT"

    assert asked(If_Modified_Since=date) == 304
    assert asked(If_Modified_Since=long_ago) == 200
    assert asked(If_Modified_Since="Saturday, 01-Jan-00 00:00:00 GMT") == 200
    assert asked(If_Modified_Since="2000-01-01") == 200
    assert asked(If_Unmodified_Since=date) == 200
    assert asked(If_Unmodified_Since=long_ago) == 412
    assert asked(If_None_Match='"other"', If_Modified_Since=date) == 200
    assert asked(If_Match=whole.etag, If_Unmodified_Since=long_ago) == 200
    assert asked(If_Match='"other"') == 412
    assert asked(Range="bytes=0-0", If_Range=date) == 200


@pytest.mark.parametrize("field", [
    "bytes=0-1,5-6", "bytes=0-0,-1", "bytes=a-b", "bytes=9-1", "lines=1-2", "bytes 0-1", "bytes="])
def test_several_ranges_and_what_is_none_give_all(mesh, server, lake, lease, field):
    answer = mesh.anonymous.raw("GET", first(lease, server), headers={"Range": field})

    assert (answer.status, answer.body) == (200, lake.files["part-0.csv"])


def test_an_empty_object_is_read(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    (lake.folder / "an-empty.csv").write_bytes(b"")
    lease = lake.resolve(client).json()["lease"]

    for headers in ({}, {"Range": "bytes=-1"}):
        answer = mesh.anonymous.raw("GET", first(lease, server), headers=headers)
        assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    assert mesh.anonymous.raw("GET", first(lease, server), headers={"Range": "bytes=0-"}).status == 416


def cut_download(server, path, then):
    """Reads some of a large object, does something, reads on: how much came in all."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        received = len(raw.recv(1000))
        then()
        try:
            while piece := raw.recv(1 << 20):
                received += len(piece)
        except ConnectionResetError:
            pass
        return received


@pytest.mark.parametrize("cut", ["ended", "shortened"])
def test_a_download_under_way_is_cut(mesh, server, cut):
    size = 256 << 20  # far more than the sockets hold
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    with open(lake.folder / "a-large.bin", "wb") as large:
        large.truncate(size)
    lease = lake.resolve(client).json()["lease"]
    then = {"ended": lambda: client.must("DELETE", f"/leases/{lease['id']}"),
            "shortened": lambda: os.truncate(lake.folder / "a-large.bin", 1000)}

    assert cut_download(server, first(lease, server), then[cut]) < size


def test_a_lease_of_a_storage_that_was_taken_away_is_refused(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    lease = lake.resolve(client).json()["lease"]
    lake.owner.must("DELETE", lake.path)
    lake.owner.must("DELETE", f"/domains/{lake.domain}/locations/main")
    mesh.admin.must("DELETE", f"/storages/{lake.storage}")

    assert refused(mesh.anonymous.raw("GET", first(lease, server)))


def test_a_url_ends_when_its_port_leaves_the_place(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    url = first(lake.resolve(client).json()["lease"], server)
    assert mesh.anonymous.raw("GET", url).status == 200
    document = lake.document()
    document["ports"][0]["location"] = f"local://{lake.storage}/{lake.domain}/customers-v2/"
    lake.owner.must("PUT", lake.path, document)
    assert mesh.anonymous.raw("GET", url).status == 200, "a draft moves nothing"
    lake.owner.must("POST", f"{lake.path}/publish", {"version": "2.0.0"})

    # The place may be given to another domain now.
    assert refused(mesh.anonymous.raw("GET", url))


def test_a_url_ends_with_its_storage_though_one_of_the_same_name_follows(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    url = first(lake.resolve(client).json()["lease"], server)
    storage = mesh.admin.get(f"/storages/{lake.storage}").json()
    lake.owner.must("DELETE", lake.path)
    lake.owner.must("DELETE", f"/domains/{lake.domain}/locations/main")
    mesh.admin.must("DELETE", f"/storages/{lake.storage}")
    mesh.admin.must("PUT", f"/storages/{lake.storage}",
                    {name: storage[name] for name in ("kind", "root", "delegated") if name in storage})

    assert refused(mesh.anonymous.raw("GET", url))


def refused(answer):
    return answer.status in (403, 404) and b"example.org" not in answer.body


def test_every_changed_part_of_the_url_is_refused(mesh, server, lake, lease):
    url = urllib.parse.urlsplit(lease["urls"][0]["url"])
    query = dict(urllib.parse.parse_qsl(url.query))
    flip = {"A": "B"}.get(query["sig"][0], "A")
    changed = [
        url._replace(query=urllib.parse.urlencode({**query, "sig": flip + query["sig"][1:]})),
        url._replace(query=urllib.parse.urlencode({**query, "sig": query["sig"][:-1]})),
        url._replace(query=urllib.parse.urlencode({**query, "sig": ""})),
        url._replace(query=urllib.parse.urlencode({**query, "exp": int(query["exp"]) + 1})),
        url._replace(query=urllib.parse.urlencode({"exp": query["exp"]})),
        url._replace(query=""),
        url._replace(path=url.path.replace("part-0", "part-1")),
        url._replace(path=url.path.replace("part-0.csv", "../customers/part-0.csv")),
        url._replace(path=url.path.replace("part-0.csv", "%2e%2e/customers/part-0.csv")),
        url._replace(path=url.path.replace("part-0.csv", "..%2fcustomers/part-0.csv")),
        url._replace(path=url.path.replace("part-0.csv", "%252e%252e/customers/part-0.csv")),
        url._replace(path=url.path.replace("part-0.csv", "part-0.csv%00")),
        url._replace(path=url.path.replace("part-0.csv", "..%5cpart-0.csv")),
        url._replace(path=url.path.replace("part-0.csv", "%c0%ae%c0%ae/part-0.csv")),
        url._replace(path=url.path.replace("customers/part-0.csv", "customers/")),
        url._replace(path=url.path.replace("customers/part-0.csv", "customers")),
        url._replace(path=url.path.replace("customers/part-0.csv", "customers2/part-0.csv")),
        url._replace(path=url.path.replace("customers/part-0.csv", "part-0.csv")),
        url._replace(path=url.path.replace(lease["id"], "00000000-0000-7000-8000-000000000000")),
    ]

    for parts in changed:
        answer = mesh.anonymous.raw("GET", f"{parts.path}?{parts.query}")
        assert refused(answer) or answer.status == 400, (parts.geturl(), answer)


def test_a_url_is_for_reading_only(mesh, server, lease):
    for method in ("POST", "DELETE", "PATCH"):
        assert mesh.anonymous.raw(method, first(lease, server), body=b"").status == 405
    assert mesh.anonymous.raw("PUT", first(lease, server), body=b"").status == 403


def test_an_ended_lease_is_refused_at_once(mesh, server, lake, reader, lease):
    assert reader.delete(f"/leases/{lease['id']}").status in (200, 204)

    assert refused(mesh.anonymous.raw("GET", first(lease, server)))


def test_somebody_else_does_not_end_a_lease(mesh, server, lease):
    _, stranger = mesh.principal()

    assert stranger.delete(f"/leases/{lease['id']}").status in (403, 404)
    assert mesh.anonymous.raw("GET", first(lease, server)).status == 200


def test_a_lease_expires(mesh, server, lake, reader):
    lease = lake.resolve(reader, duration_s=1).json()["lease"]

    for _ in range(100_000):
        try:
            answer = mesh.anonymous.raw("GET", first(lease, server))
        except http.client.IncompleteRead:
            continue  # it expired while the bytes flowed
        if answer.status != 200:
            break

    assert refused(answer)


def test_leases_are_listed_to_who_has_them_and_to_the_owner(mesh, lake, reader, lease):
    _, stranger = mesh.principal()

    assert lease["id"] in [item["id"] for item in reader.pages("/leases")]
    assert lease["id"] in [item["id"] for item in lake.owner.pages("/leases")]
    assert stranger.pages("/leases") == []
    assert reader.get(f"/leases/{lease['id']}").json()["port"] == lake.port
    assert stranger.get(f"/leases/{lease['id']}").status == 404


def test_nothing_outside_the_port_is_listed_or_read(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    secret = lake.folder.parent / "beside.csv"
    secret.write_bytes(b"secret@example.org")
    (lake.folder / "link.csv").symlink_to(secret)
    (lake.folder / "out").symlink_to("/etc")

    lease = lake.resolve(client).json()["lease"]

    assert {url["path"] for url in lease["urls"]} == set(lake.files)


def test_names_with_odd_characters_are_read(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    for name in ("a b.csv", "ä&?#.csv", "100%.csv", "deep/er/x.csv"):
        (lake.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (lake.folder / name).write_bytes(name.encode())

    lease = lake.resolve(client).json()["lease"]

    read = {url["path"]: mesh.anonymous.raw("GET", target(url["url"], server)).body
            for url in lease["urls"] if url["path"] not in lake.files}
    assert read == {name: name.encode()
                    for name in ("a b.csv", "ä&?#.csv", "100%.csv", "deep/er/x.csv")}


def test_a_port_of_very_many_objects_is_read_page_by_page(mesh, server):
    lake = Lake(mesh)
    principal, client = mesh.principal()
    lake.grant(principal)
    for number in range(1_001):
        (lake.folder / f"many-{number:04}.csv").write_bytes(b"x")
    lease = lake.resolve(client).json()["lease"]
    page = client.get(f"/leases/{lease['id']}?cursor={lease['next']}")
    owner = lake.owner.get(f"/leases/{lease['id']}?cursor={lease['next']}")

    paths = [each["path"] for each in lease["urls"] + page.json()["urls"]]

    assert len(lease["urls"]) == 1_000
    assert len(paths) == len(set(paths)) and {f"many-{n:04}.csv" for n in range(1_001)} <= set(paths)
    assert page.json()["next"] is None
    assert mesh.anonymous.raw("GET", target(page.json()["urls"][0]["url"], server)).status == 200
    assert owner.status == 403
