"""Signed URLs at another implementation: Versity's gateway."""
import pytest

from lake import S3Storage
from programs import Versity
from readers import changed, curl, named, send, until

OBJECTS = {"part-0.csv": b"1|ana\n" * 100, "deep/er/part 1+2&é='x'.csv": b"2|bo\n",
           "(a)!~$,;:@.csv": b"3"}
BUCKET = "second"


@pytest.fixture(scope="module")
def versity(tmp_path_factory):
    running = Versity(tmp_path_factory.mktemp("versity")).start()
    running.as_root().create_bucket(Bucket=BUCKET)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def port(mesh, versity):
    made = S3Storage(mesh, versity, BUCKET, versity.root, sts=False).port(objects=OBJECTS)
    made.storage.put(made.prefix[:-1] + "2/", {"x": b"beside"})
    return made


@pytest.fixture(scope="module")
def urls(port):
    return {each["path"]: each["url"] for each in port.lease(port.reader(), delivery="urls")["urls"]}


def test_each_object_is_read(urls):
    assert {path: curl(url) for path, url in urls.items()} == OBJECTS


def test_what_was_not_signed_is_refused(urls):
    url = urls["part-0.csv"]
    for answer in (send("PUT", url, b"x"), send("DELETE", url), send("HEAD", url),
                   send("GET", url.replace("part-0", "part-1")),
                   send("GET", url.replace("/customers/", "/customers2/")),
                   send("GET", changed(url, X_Amz_Expires="604800")),
                   send("GET", changed(url, X_Amz_Signature="0" * 64))):
        assert answer.status == 403, repr(answer)


def test_it_ends_when_the_lease_ends(port):
    url = port.lease(port.reader(), duration_s=2)["urls"][0]["url"]

    until(lambda: send("GET", url).status != 200)

    assert send("GET", url).status == 403


def test_without_narrow_credentials_no_write_is_signed(port):
    answer = port.resolve(port.writer(), "write", objects=[named("new.csv", b"written")])

    assert answer.status in (422, 503), repr(answer)
    assert b"X-Amz" not in answer.body


def test_a_storage_without_sts_says_no_to_credentials(port):
    answer = port.resolve(port.reader(), delivery="credentials")

    assert answer.status in (422, 503), repr(answer)
    assert b"session_token" not in answer.body
