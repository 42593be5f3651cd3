"""Random legal names of prefixes and objects: each lease opens exactly its own at MinIO."""
import random

import pytest

from lake import escape
from readers import curl, denied, keys_below, named, send, with_credentials

BUCKET = "retail"
LETTERS = (list("abcXYZ019") + list(" +&'=,;:@!()[]{}$#~^`|<>\"-_.") +
           ["é", "ß", "日本", "😀", "\u0301", "\u00a0", "\u202e", "ﬁ"])


def random_name(chance):
    """Up to 24 characters; never `.` or `..`, and no end that file systems trim."""
    while True:
        name = "".join(chance.choice(LETTERS) for _ in range(chance.randint(1, 24)))
        if name not in (".", "..") and "${" not in name and len(name.encode()) <= 200:
            return name


def legal_prefixes(count, seed):
    chance = random.Random(seed)
    return ["/".join(random_name(chance) for _ in range(chance.randint(1, 3)))
            for _ in range(count)]


NAMED = ["a b", "a+b", "a&b=c", "it's", "x=y", "日本/é ü", "a,b;c", "[x]{y}", "$x", "a#b", "a:b@c",
         "\"quoted\"", "<x>", "a^b`c|d~e", " lead", "trail "]


@pytest.mark.parametrize("prefix", NAMED + legal_prefixes(24, seed=20261121))
def test_a_lease_opens_its_names_and_no_neighbour(storage, minio, request, prefix):
    chance = random.Random(prefix)
    top = f"names-{abs(hash(request.node.nodeid)) % 10**9}-{chance.randrange(10**9)}"
    prefix = f"{top}/{prefix}/"
    objects = {random_name(chance): b"1", f"{random_name(chance)}/{random_name(chance)}": b"22",
               "plain": b"333"}
    port = storage.port(prefix, objects)
    beside = prefix[:-1] + "2/"
    storage.put(beside, {"plain": b"beside"})
    reader = port.reader()

    urls = port.lease(reader, delivery="urls")["urls"]
    credentials = port.lease(reader, delivery="credentials")["credentials"]
    client = with_credentials(minio, credentials)

    assert {each["path"]: curl(each["url"]) for each in urls} == objects
    assert sorted(keys_below(client, BUCKET, prefix)) == sorted(prefix + name for name in objects)
    for name, content in objects.items():
        assert client.get_object(Bucket=BUCKET, Key=prefix + name)["Body"].read() == content
    denied(client.get_object, Bucket=BUCKET, Key=beside + "plain")
    for other in (beside, prefix[:-1], top, top + "/"):
        denied(client.list_objects_v2, Bucket=BUCKET, Prefix=other)


def test_random_names_are_written_by_signed_urls(storage, minio):
    port, chance = storage.port(), random.Random(7)
    contents = {random_name(chance): bytes([n]) * n for n in range(1, 30)}
    lease = port.lease(port.writer(), "write",
                       objects=[named(name, content) for name, content in contents.items()])
    for entry in lease["urls"]:
        content = contents[entry["path"]]
        headers = {**entry.get("headers", {}), "Content-Length": str(len(content))}
        assert send("PUT", entry["url"], content, headers).status == 200, entry["path"]

    root = minio.as_root()
    assert {key: root.get_object(Bucket=BUCKET, Key=port.prefix + key)["Body"].read()
            for key in contents} == contents


@pytest.mark.parametrize("path", [
    "a/*", "*", "a?", "${aws:username}", "a/../b", "./a", "a//b", "a\\b", "a/%2e%2e/b", "a%2fb",
    "a%5cb", "a%00b", "a%0ab", "a%2525b", "a%2Ab", "a%3Fb", "%24%7baws:username}", "a%FFb", "\x7f"])
def test_other_names_are_refused_as_locations(storage, path):
    domain, _ = storage.mesh.domain()

    answer = storage.mesh.admin.put(
        f"/domains/{domain}/locations/main",
        {"storage": storage.name, "uri": f"s3://{BUCKET}/{path}/"})

    assert answer.status in (400, 422), repr(answer)


def test_two_spellings_of_a_name_are_one_location(storage):
    first = storage.port("spelled one/")
    domain, _ = storage.mesh.domain()

    for spelling in (escape("spelled one/"), "%73pelled%20one/deeper/", ""):
        answer = storage.mesh.admin.put(
            f"/domains/{domain}/locations/main",
            {"storage": storage.name, "uri": f"s3://{BUCKET}/{spelling}"})
        assert answer.status == 409, repr(answer)
    assert first.lease(first.reader())["urls"] == []
