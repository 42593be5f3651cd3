"""Leases for reading by signed URLs; MinIO says what they open."""
import io
import subprocess
import urllib.parse

import pandas
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest

from readers import changed, curl, send, until

TABLE = pyarrow.table({"c_customer_sk": list(range(500)),
                       "c_email_address": [f"u{n}@example.org" for n in range(500)]})


def as_parquet(table):
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table, buffer)
    return buffer.getvalue()


def as_csv(table):
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(table, buffer)
    return buffer.getvalue()


OBJECTS = {"part-0.parquet": as_parquet(TABLE),
           "2026/01/part-1.parquet": as_parquet(TABLE.slice(100, 50)),
           "all.csv": as_csv(TABLE)}


@pytest.fixture(scope="module")
def port(storage):
    """A port at `NAME/customers/` with neighbours at both sides and above."""
    made = storage.port(objects=OBJECTS)
    above = made.prefix.removesuffix("customers/")
    storage.put("", {f"{above}customers2/part-0.parquet": OBJECTS["part-0.parquet"],
                     f"{above}customers.txt": b"beside", f"{above}secret.txt": b"above"})
    return made


@pytest.fixture(scope="module")
def urls(port):
    lease = port.lease(port.reader(), delivery="urls")
    assert lease["credentials"] is None and lease["next"] is None
    return {entry["path"]: entry["url"] for entry in lease["urls"]}


def neighbour(port, url, path):
    """The URL, leading to `path` from the parent of the port."""
    here = urllib.parse.urlsplit(url).path
    above = here[:here.index("/customers/")]
    return changed(url, path=f"{above}/{path}")


def test_the_lease_names_exactly_the_objects_of_the_port(urls):
    assert sorted(urls) == sorted(OBJECTS)


def test_urls_are_the_delivery_when_none_is_named(port):
    lease = port.lease(port.reader())

    assert sorted(entry["path"] for entry in lease["urls"]) == sorted(OBJECTS)
    assert {entry["path"]: entry["size_bytes"] for entry in lease["urls"]} == {
        path: len(content) for path, content in OBJECTS.items()}


@pytest.mark.parametrize("path", OBJECTS)
def test_curl_reads_each_object(urls, path):
    assert curl(urls[path]) == OBJECTS[path]


def test_curl_reads_a_range(urls):
    done = subprocess.run(["curl", "-sf", "--noproxy", "*", "-r", "0-3", urls["part-0.parquet"]],
                          capture_output=True, check=True, timeout=60)

    assert done.stdout == b"PAR1"


def test_pyarrow_and_pandas_read_the_tables(urls):
    whole = pyarrow.parquet.read_table(io.BytesIO(curl(urls["part-0.parquet"])))
    frame = pandas.read_parquet(urls["2026/01/part-1.parquet"])
    text = pandas.read_csv(urls["all.csv"])

    assert whole == TABLE
    assert list(frame["c_customer_sk"]) == list(range(100, 150))
    assert len(text) == 500


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "HEAD"])
def test_another_method_is_refused(urls, method):
    body = b"other" if method in ("PUT", "POST") else None

    answer = send(method, urls["all.csv"], body)

    assert answer.status == (400 if method == "POST" else 403), repr(answer)  # S3 has no such POST
    assert curl(urls["all.csv"]) == OBJECTS["all.csv"]


@pytest.mark.parametrize("path", [
    "customers2/part-0.parquet", "customers.txt", "secret.txt", "customers/part-0.parquet",
    "customers/", "customers", "", "customers/../secret.txt", "customers/%2e%2e/secret.txt"])
def test_another_path_is_refused(port, urls, path):
    answer = send("GET", neighbour(port, urls["all.csv"], path))

    assert answer.status in (400, 403), repr(answer)  # 400: MinIO takes no `..` at all
    assert b"above" not in answer.body


def test_another_bucket_is_refused(urls):
    for path in ("/retail2/top-secret.txt", "/retail/top-secret.txt", "/retail", "/retail/", "/"):
        answer = send("GET", changed(urls["all.csv"], path=path))

        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch"), repr(answer)


def test_it_lists_nothing(port, urls):
    listing = {"list_type": "2", "prefix": port.prefix}

    for url in (changed(urls["all.csv"], **listing),
                changed(urls["all.csv"], path="/retail", **listing)):
        answer = send("GET", url)
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch"), repr(answer)


@pytest.mark.parametrize("change", [
    {"X_Amz_Expires": "3600"}, {"X_Amz_Date": "20380101T000000Z"}, {"X_Amz_Expires": None},
    {"X_Amz_SignedHeaders": "host;x-amz-date"}, {"X_Amz_Signature": "0" * 64},
    {"X_Amz_Signature": None}, {"X_Amz_Credential": None},
    {"response_content_type": "text/html"}, {"versionId": "null"}])
def test_a_changed_query_is_refused(urls, change):
    answer = send("GET", changed(urls["all.csv"], **change))

    assert answer.status in (400, 403), repr(answer)


def test_it_ends_when_the_lease_ends(port):
    lease = port.lease(port.reader(), duration_s=2, delivery="urls")
    url = lease["urls"][0]["url"]

    until(lambda: send("GET", url).status != 200)

    answer = send("GET", url)
    assert (answer.status, answer.code) == (403, "AccessDenied"), repr(answer)


def test_many_objects_come_in_pages(storage):
    objects = {f"part-{n:05d}.csv": f"{n}\n".encode() for n in range(1600)}
    port = storage.port(objects=objects)
    client = port.reader()

    page = port.lease(client, delivery="urls")
    lease, urls, pages = page["id"], page["urls"], 1
    while page["next"] is not None:
        page = client.must("GET", f"/leases/{lease}?cursor={page['next']}")
        urls += page["urls"]
        pages += 1

    assert pages > 1
    assert [entry["path"] for entry in urls] == sorted(objects)
    for entry in (urls[0], urls[999], urls[1000], urls[-1]):
        assert curl(entry["url"]) == objects[entry["path"]]


def test_the_pages_of_a_lease_are_its_holders(storage):
    port = storage.port(objects={f"{n:04d}": b"x" for n in range(1001)})
    client, other = port.reader(), port.reader()
    page = port.lease(client, delivery="urls")

    assert other.get(f"/leases/{page['id']}?cursor={page['next']}").status in (403, 404)


def test_a_lease_without_delivery_opens_nothing(port):
    answer = port.resolve(port.reader(), delivery="none")

    assert answer.status == 200, repr(answer)
    assert answer.json()["lease"] is None
    assert answer.json()["location"] == port.storage.uri(port.prefix)


def test_who_may_not_read_gets_nothing(port):
    _, stranger = port.mesh.principal()

    answer = port.resolve(stranger)

    assert answer.status in (403, 404)
    assert b"X-Amz" not in answer.body


def test_a_lease_is_never_longer_than_its_grant(port):
    from scenario import in_seconds

    client = port.reader(expires_at=in_seconds(5))
    lease = port.lease(client, delivery="urls", duration_s=3600)
    url = lease["urls"][0]["url"]

    until(lambda: send("GET", url).status != 200)


def test_leases_are_listed_and_ended(port):
    client = port.reader()
    lease = port.lease(client, delivery="urls")

    listed = {entry["id"]: entry for entry in client.pages("/leases")}
    assert listed[lease["id"]]["state"] == "active"
    assert listed[lease["id"]]["storage"] == port.storage.name
    assert b"X-Amz" not in client.get("/leases").body

    ended = client.delete(f"/leases/{lease['id']}")

    # What MinIO was told stays true until its end, and the answer says so.
    assert ended.status == 200, repr(ended)
    assert lease["expires_at"] in ended.text
    assert client.get(f"/leases/{lease['id']}").json()["state"] == "ended"
