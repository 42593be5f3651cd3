"""Writing: what the URLs of a lease for writing take, and what they do not."""
import hashlib
import http.client
import os
import socket
import threading
import urllib.parse

import pytest

from scenario import Lake


@pytest.fixture
def pond(mesh):
    """A lake of one test, and a service that may write into it."""
    lake = Lake(mesh)
    principal, lake.writer = mesh.principal("service", "producer")
    lake.owner.must("POST", "/grants", {
        "grantee": principal, "resource": lake.product, "actions": ["describe", "write"],
        "reason": "a test"})
    return lake


def described(path, content):
    return {"path": path, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def lease_for(pond, objects, **document):
    answer = pond.resolve(pond.writer, action="write", objects=objects, **document)
    assert answer.status == 200, repr(answer)
    return answer.json()["lease"]


def target(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def url_for(pond, path, content, **document):
    return target(lease_for(pond, [described(path, content)], **document)["urls"][0]["url"])


def with_query(url, **changed):
    parts = urllib.parse.urlsplit(url)
    query = {**dict(urllib.parse.parse_qsl(parts.query)), **changed}
    query = {name: value for name, value in query.items() if value is not None}
    return f"{parts.path}?{urllib.parse.urlencode(query)}"


def files(pond):
    """Everything below the root of the storage."""
    root = pond.mesh.server.storage / pond.storage
    return {str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def unchanged(pond):
    """Holds when the test left every file as it was."""
    before = files(pond)
    yield
    assert files(pond) == before


def head(server, line, headers):
    """Sends a head and no body; the answer's status line."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        raw.sendall(f"{line} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
        return int(raw.makefile("rb").readline().split()[1])


def test_each_object_of_a_lease_is_written_by_its_url(mesh, pond):
    contents = {"new.csv": b"3|cy@example.org\n", "2026/11/a b&ä%2e.csv": b"deep" * 1000,
                "empty.csv": b"", "part-0.csv": b"another"}
    lease = lease_for(pond, [described(*each) for each in contents.items()])

    assert [(url["path"], url["method"], url["size_bytes"], url["sha256"]) for url in lease["urls"]] == [
        (path, "PUT", len(content), hashlib.sha256(content).hexdigest())
        for path, content in contents.items()]
    assert (lease["credentials"], lease["next"]) == (None, None)
    for url in lease["urls"]:
        answer = mesh.anonymous.raw("PUT", target(url["url"]), body=contents[url["path"]])
        assert answer.status == (204 if url["path"] == "part-0.csv" else 201), repr(answer)
        assert answer.etag and answer.headers["Cache-Control"] == "no-store"
        assert (pond.folder / url["path"]).read_bytes() == contents[url["path"]]


def test_what_was_written_is_read_with_the_same_etag(mesh, pond):
    principal, reader = mesh.principal()
    pond.grant(principal)
    written = mesh.anonymous.raw("PUT", url_for(pond, "x/new.csv", b"new"), body=b"new")

    lease = pond.resolve(reader).json()["lease"]
    url = next(url["url"] for url in lease["urls"] if url["path"] == "x/new.csv")
    answer = mesh.anonymous.raw("GET", target(url))

    assert (answer.status, answer.body, answer.etag) == (200, b"new", written.etag)


def test_the_same_twice_does_no_harm(mesh, pond):
    url = url_for(pond, "new.csv", b"new")

    assert [mesh.anonymous.raw("PUT", url, body=b"new").status for _ in range(2)] == [201, 204]
    assert (pond.folder / "new.csv").read_bytes() == b"new"


@pytest.mark.parametrize("body", [b"ne", b"new!", b"", b"NEW"])
def test_another_body_is_refused(mesh, pond, unchanged, body):
    url = url_for(pond, "part-0.csv", b"new")

    answer = mesh.anonymous.raw("PUT", url, body=body)

    assert (answer.status, answer.problem) == (400, "invalid-request")


def test_conditions_hold(mesh, pond):
    put = mesh.anonymous.raw
    old = url_for(pond, "part-0.csv", b"new")
    fresh = url_for(pond, "fresh.csv", b"new")

    assert put("PUT", old, b"new", {"If-None-Match": "*"}).problem == "precondition-failed"
    assert put("PUT", old, b"new", {"If-Match": '"other"'}).problem == "precondition-failed"
    assert put("PUT", old, b"new", {
        "If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}).problem == "precondition-failed"
    assert put("PUT", fresh, b"new", {"If-Match": "*"}).problem == "precondition-failed"
    assert (pond.folder / "part-0.csv").read_bytes() == pond.files["part-0.csv"]
    for unknown in ("junk", "*, *", '"a"'):
        assert put("PUT", old, b"new", {"If-None-Match": unknown}).status == 400
    assert put("PUT", fresh, b"new", {"Content-Range": "bytes 0-2/3"}).status == 400
    first = put("PUT", fresh, b"new", {"If-None-Match": "*"})
    assert first.status == 201
    assert put("PUT", fresh, b"new", {"If-None-Match": "*"}).status == 412
    assert put("PUT", fresh, b"new", {"If-Match": first.etag}).status == 204
    assert put("PUT", fresh, b"new", {"If-Match": first.etag}).status == 412


def test_every_changed_part_of_the_url_is_refused(mesh, pond, unchanged):
    body = b"new"
    url = url_for(pond, "new.csv", body)
    other = lease_for(pond, [described("other.csv", body)])["id"]
    sig = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["sig"]
    path = urllib.parse.urlsplit(url).path
    prefix = path.removesuffix("new.csv")
    changed = [
        with_query(url, exp="9999999999"), with_query(url, exp=None), with_query(url, exp="x"),
        with_query(url, size="4"), with_query(url, size=None), with_query(url, size="-3"),
        with_query(url, sha256=hashlib.sha256(b"NEW").hexdigest()), with_query(url, sha256=None),
        with_query(url, sha256="00"), with_query(url, sha256="zz" * 32),
        with_query(url, sig=None), with_query(url, sig=""), with_query(url, sig=sig[:-1]),
        with_query(url, sig={"A": "B"}.get(sig[0], "A") + sig[1:]), with_query(url, more="1"),
        url + "&exp=9999999999", path,
    ] + [url.replace(path, changed_path) for changed_path in (
        prefix + "new2.csv", prefix + "x/new.csv", prefix + "../new.csv", prefix + "%2e%2e/new.csv",
        prefix + "..%2fnew.csv", prefix + "%252e%252e/new.csv", prefix + "new.csv%00",
        prefix + "..%5cnew.csv", prefix + "%c0%ae%c0%ae/new.csv", prefix + "/new.csv",
        prefix + ".charter-incoming/new.csv", prefix.replace("customers/", "customers2/") + "new.csv",
        path.split("/")[0] + f"/data/{other}/" + path.split("/", 3)[3],
        "/data/00000000-0000-7000-8000-000000000000/" + path.split("/", 3)[3])]

    for each in changed:
        answer = mesh.anonymous.raw("PUT", each, body=body)
        assert answer.status in (400, 403, 404), (each, answer)


def test_a_url_for_writing_reads_nothing_and_the_other_way_round(mesh, pond, unchanged):
    principal, reader = mesh.principal()
    pond.grant(principal)
    content = pond.files["part-0.csv"]
    writing = url_for(pond, "part-0.csv", content)
    reading = target(pond.resolve(reader).json()["lease"]["urls"][0]["url"])

    for method in ("GET", "HEAD"):
        for url in (writing, with_query(writing, size=None, sha256=None)):
            assert mesh.anonymous.raw(method, url).status == 403
    described_so = {"size": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}
    for url in (reading, with_query(reading, **described_so)):
        assert mesh.anonymous.raw("PUT", url, body=content).status == 403


def test_a_lease_for_writing_lists_no_urls_for_reading(pond):
    lease = lease_for(pond, [described("new.csv", b"new")])

    answer = pond.writer.get(f"/leases/{lease['id']}?cursor=YTA")

    assert answer.status in (400, 403) and b"sig=" not in answer.body


def test_an_ended_lease_takes_nothing(mesh, pond, unchanged):
    lease = lease_for(pond, [described("new.csv", b"new")])
    assert pond.writer.delete(f"/leases/{lease['id']}").status == 204

    assert mesh.anonymous.raw("PUT", target(lease["urls"][0]["url"]), body=b"new").status == 403


def test_an_upload_under_way_ends_with_its_lease(server, pond, unchanged):
    content = b"x" * 1_000_000
    lease = lease_for(pond, [described("new.csv", content)])
    upload = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    upload.putrequest("PUT", target(lease["urls"][0]["url"]))
    upload.putheader("Content-Length", str(len(content)))
    upload.endheaders()
    upload.send(content[:500_000])
    assert pond.writer.delete(f"/leases/{lease['id']}").status == 204

    try:
        upload.send(content[500_000:])
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert upload.getresponse().status == 403
    upload.close()


def test_an_upload_that_breaks_off_leaves_nothing(server, pond, unchanged):
    content = b"x" * 1_000_000
    url = url_for(pond, "new.csv", content)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:
        raw.sendall(f"PUT {url} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        raw.sendall(content[:400_000])
        raw.shutdown(socket.SHUT_WR)
        assert b" 408 " in raw.makefile("rb").readline()


def test_what_is_half_received_is_seen_by_nobody(mesh, server, pond):
    principal, reader = mesh.principal()
    pond.grant(principal)
    content = b"x" * 1_000_000
    url = url_for(pond, "new.csv", content)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:
        raw.sendall(f"PUT {url} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        raw.sendall(content[:400_000])
        while not any("charter-incoming" in name for name in files(pond)):
            pass
        assert {each["path"] for each in pond.resolve(reader).json()["lease"]["urls"]} == set(pond.files)
        assert not (pond.folder / "new.csv").exists()
        raw.sendall(content[400_000:])
        assert b" 201 " in raw.makefile("rb").readline()
    assert (pond.folder / "new.csv").read_bytes() == content
    assert not any("charter-incoming" in name for name in files(pond))


def test_nobody_is_asked_to_send_what_is_refused(server, pond, unchanged):
    url = url_for(pond, "new.csv", b"new")
    expecting = {"Expect": "100-continue"}

    assert head(server, f"PUT {url}", {"Content-Length": 3, **expecting}) == 100
    assert head(server, f"PUT {url}", {"Content-Length": 4, **expecting}) == 400
    assert head(server, f"PUT {with_query(url, size='4')}", {"Content-Length": 4, **expecting}) == 403
    assert head(server, f"PUT {url}", {"Content-Length": 3, "If-Match": "*", **expecting}) == 412
    assert head(server, f"PUT {url}", {"Content-Length": 5 * 2**30 + 1, **expecting}) == 413
    assert head(server, f"PUT {url}", {"Transfer-Encoding": "chunked", **expecting}) == 400
    assert head(server, f"PUT {url}", {"Content-Length": 3, "Content-Encoding": "gzip"}) == 415


def test_nothing_outside_the_port_is_written(mesh, pond):
    outside = pond.folder.parent.parent / "outside"
    outside.mkdir()
    (outside / "file.csv").write_bytes(b"kept")
    (pond.folder / "linked").symlink_to(outside)
    (pond.folder / "link.csv").symlink_to(outside / "file.csv")
    (pond.folder / "folder.csv").mkdir()
    os.mkfifo(pond.folder / "pipe.csv")

    for path in ("linked/new.csv", "linked/file.csv", "link.csv", "folder.csv", "pipe.csv",
                 "part-0.csv/new.csv"):
        answer = mesh.anonymous.raw("PUT", url_for(pond, path, b"new"), body=b"new")
        assert (answer.status, answer.problem) == (409, "conflict"), path
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"file.csv": b"kept"}


@pytest.mark.parametrize("path", [
    "", ".", "..", "../x", "a/../../x", "/x", "a//b", "a/", "a\\b", "a\nb", "a\u0000b", "x" * 1025,
    ".charter-incoming/x"])
def test_a_lease_names_no_such_path(pond, path):
    answer = pond.resolve(pond.writer, action="write", objects=[described(path, b"")])

    assert answer.status == 400
    assert answer.pointers[0].startswith("/objects/0")


@pytest.mark.parametrize("objects,pointer", [
    ([], "/objects"), ({}, "/objects"), ("x", "/objects"), ([1], "/objects/0"),
    ([{"path": "x"}], "/objects/0"),
    ([{"path": "x", "size_bytes": -1, "sha256": "00" * 32}], "/objects/0"),
    ([{"path": "x", "size_bytes": 5 * 2**30 + 1, "sha256": "00" * 32}], "/objects/0"),
    ([{"path": "x", "size_bytes": 1.5, "sha256": "00" * 32}], "/objects/0"),
    ([{"path": "x", "size_bytes": 1, "sha256": "00" * 31}], "/objects/0"),
    ([{"path": "x", "size_bytes": 1, "sha256": "zz" * 32}], "/objects/0"),
    ([{"path": "x", "size_bytes": 1, "sha256": "00" * 32, "more": 1}], "/objects/0"),
    ([described("x", b""), described("x", b"1")], "/objects/1"),
    ([described(f"x{number}", b"") for number in range(1_001)], "/objects")])
def test_objects_are_described_exactly(pond, objects, pointer):
    answer = pond.resolve(pond.writer, action="write", objects=objects)

    assert (answer.status, answer.pointers) == (400, [pointer])


def test_objects_are_for_writing_and_writing_is_for_objects(pond):
    reading = pond.resolve(pond.writer, objects=[described("x", b"")])
    nothing = pond.resolve(pond.writer, action="write")

    assert (reading.status, reading.pointers) == (400, ["/objects"])
    assert (nothing.status, nothing.problem) == (422, "unprocessable")


def test_who_may_only_read_may_not_write(mesh, pond):
    principal, reader = mesh.principal()
    pond.grant(principal)

    answer = pond.resolve(reader, action="write", objects=[described("x", b"")])

    assert (answer.status, answer.problem) == (403, "forbidden")


def test_many_write_at_once(mesh, server, pond):
    contents = {f"many/{number}.bin": os.urandom(300_000 + number) for number in range(24)}
    lease = lease_for(pond, [described(*each) for each in contents.items()])
    statuses = []

    def write(urls):
        client = mesh.anonymous.again()
        for url in urls:
            statuses.append(client.raw("PUT", target(url["url"]), body=contents[url["path"]]).status)
        client.close()

    writers = [threading.Thread(target=write, args=(lease["urls"][begin::8],)) for begin in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert statuses == [201] * len(contents)
    assert all((pond.folder / path).read_bytes() == content for path, content in contents.items())
