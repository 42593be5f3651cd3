"""Leases for writing; MinIO says what they open."""
import pytest

from readers import checksum, curl, denied, keys_below, named, send, with_credentials

BUCKET = "retail"
CONTENT = b"1|ana@example.org\n" * 1000


@pytest.fixture(scope="module")
def port(storage):
    made = storage.port(objects={"old.csv": b"old"})
    above = made.prefix.removesuffix("customers/")
    storage.put("", {f"{above}customers2/old.csv": b"beside"})
    return made


@pytest.fixture(scope="module")
def writer(port):
    return port.writer()


def put_headers(entry, content):
    """What the lease says must be sent with the PUT."""
    return {**entry.get("headers", {}), "Content-Length": str(len(content))}


@pytest.fixture
def entry(port, writer):
    lease = port.lease(writer, "write", delivery="urls", objects=[named("new.csv", CONTENT)])
    assert [each["path"] for each in lease["urls"]] == ["new.csv"]
    return lease["urls"][0]


def stored(minio, port, name):
    root = minio.as_root()
    try:
        return root.get_object(Bucket=BUCKET, Key=port.prefix + name)["Body"].read()
    except root.exceptions.NoSuchKey:
        return None


def test_what_was_named_is_written(port, minio, entry):
    answer = send("PUT", entry["url"], CONTENT, put_headers(entry, CONTENT))

    assert answer.status == 200, repr(answer)
    assert stored(minio, port, "new.csv") == CONTENT


def test_urls_are_the_delivery_when_objects_are_named(port, writer):
    lease = port.lease(writer, "write", objects=[named("a/b c.csv", CONTENT)])

    assert [each["path"] for each in lease["urls"]] == ["a/b c.csv"]
    assert lease["credentials"] is None


@pytest.mark.parametrize("content", [CONTENT + b"x", CONTENT[:-1], b"", b"y" * len(CONTENT)],
                         ids=["longer", "shorter", "empty", "other"])
def test_other_content_is_refused(port, writer, minio, content):
    lease = port.lease(writer, "write", objects=[named("refused.csv", CONTENT)])
    url, headers = lease["urls"][0]["url"], lease["urls"][0].get("headers", {})

    as_said = send("PUT", url, content, {**headers, "Content-Length": str(len(content))})
    with_its_own = send("PUT", url, content, {
        **headers, "Content-Length": str(len(content)), "x-amz-checksum-sha256": checksum(content)})
    bare = send("PUT", url, content, {"Content-Length": str(len(content))})

    for answer in (as_said, with_its_own, bare):
        assert answer.status in (400, 403), repr(answer)
    assert stored(minio, port, "refused.csv") is None


def test_a_write_never_becomes_a_copy(port, entry, minio):
    for source in (f"/{BUCKET}/{port.prefix}old.csv", "/retail2/top-secret.txt"):
        for body in (b"", CONTENT):
            send("PUT", entry["url"], body, {**put_headers(entry, body),
                                             "x-amz-copy-source": source})

    assert stored(minio, port, "new.csv") not in (b"old", b"secret")


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "POST"])
def test_another_method_is_refused(port, entry, minio, method):
    send("PUT", entry["url"], CONTENT, put_headers(entry, CONTENT))

    answer = send(method, entry["url"])

    assert answer.status in (400, 403), repr(answer)
    assert stored(minio, port, "new.csv") == CONTENT


def test_another_path_is_refused(port, entry, minio):
    for other in ("old.csv", "newer.csv", "../customers2/old.csv"):
        url = entry["url"].replace("new.csv", other)
        answer = send("PUT", url, CONTENT, put_headers(entry, CONTENT))
        assert answer.status in (400, 403), repr(answer)
    assert stored(minio, port, "old.csv") == b"old"


@pytest.mark.parametrize("path", [
    "../x", "a/../x", "/x", "a//b", ".", "a/.", "", "x/", "a\\b", "a\x00b", "a\nb"])
def test_a_name_that_leads_elsewhere_is_refused(port, writer, path):
    answer = port.resolve(writer, "write", objects=[named(path, CONTENT)])

    assert answer.status in (400, 422), repr(answer)
    assert b"X-Amz" not in answer.body


def test_credentials_for_writing_write_below_the_prefix_only(port, writer, minio):
    lease = port.lease(writer, "write", delivery="credentials")
    client = with_credentials(minio, lease["credentials"])
    above = port.prefix.removesuffix("customers/")

    client.put_object(Bucket=BUCKET, Key=f"{port.prefix}deep/er/file", Body=CONTENT)
    assert stored(minio, port, "deep/er/file") == CONTENT

    for key in (f"{above}customers2/x", f"{above}x", "x", f"{above}customers"):
        denied(client.put_object, Bucket=BUCKET, Key=key, Body=b"x")
        denied(client.create_multipart_upload, Bucket=BUCKET, Key=key)
    denied(client.put_object, Bucket="retail2", Key=port.prefix + "x", Body=b"x")
    # Writing is neither reading, listing nor deleting.
    denied(client.get_object, Bucket=BUCKET, Key=f"{port.prefix}old.csv")
    denied(client.list_objects_v2, Bucket=BUCKET, Prefix=port.prefix)
    denied(client.delete_object, Bucket=BUCKET, Key=f"{port.prefix}old.csv")


def test_large_files_are_written_in_parts(port, writer, minio):
    client = with_credentials(minio, port.lease(writer, "write", delivery="credentials")
                              ["credentials"])
    key, part = port.prefix + "large", b"z" * (5 * 1024 * 1024)
    upload = client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    parts = [{"PartNumber": number, "ETag": client.upload_part(
        Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number, Body=part)["ETag"]}
        for number in (1, 2)]
    client.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload,
                                     MultipartUpload={"Parts": parts})

    assert stored(minio, port, "large") == part * 2


def test_credentials_are_the_delivery_when_no_objects_are_named(port, writer):
    lease = port.lease(writer, "write")

    assert lease["credentials"] is not None and not lease["urls"]


def test_urls_for_writing_need_names(port, writer):
    assert port.resolve(writer, "write", delivery="urls").status in (400, 422)


def test_who_may_read_may_not_write(port):
    reader = port.reader()

    for document in ({"objects": [named("x", b"x")]}, {"delivery": "credentials"}):
        answer = port.resolve(reader, "write", **document)
        assert answer.status == 403, repr(answer)
        assert b"X-Amz" not in answer.body and b"session_token" not in answer.body


def test_what_was_written_is_read_by_a_later_lease(storage):
    port = storage.port()
    writer, reader = port.writer(), port.reader()
    for entry in port.lease(writer, "write", objects=[named("first.csv", CONTENT)])["urls"]:
        assert send("PUT", entry["url"], CONTENT, put_headers(entry, CONTENT)).status == 200

    urls = port.lease(reader)["urls"]

    assert [curl(each["url"]) for each in urls] == [CONTENT]


def test_the_writer_lists_nothing_else(port, writer, storage):
    lease = port.lease(writer, "write", delivery="credentials")
    client = with_credentials(storage.service, lease["credentials"])
    denied(client.list_objects_v2, Bucket=BUCKET, Prefix="")
    assert keys_below(storage.service.as_root(), BUCKET, port.prefix)
