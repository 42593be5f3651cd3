"""The secrets of storages: they go in and never out, and without their key the rest goes on."""
import base64
import hashlib
import json
import os
import stat
import subprocess
import urllib.parse

import pytest

from charter_client import Client
from charter_server import Server
from scenario import Mesh, unique


def s3(secret="a-secret-of-tests", **fields):
    """The document of a storage; `secret=None` leaves the secret out."""
    credentials = {"access_key_id": "charter-test"}
    if secret is not None:
        credentials["secret_access_key"] = secret
    return {"kind": "s3", "endpoint": "http://127.0.0.1:9", "region": "us-east-1",
            "bucket": "retail", "credentials": credentials, **fields}


def forms(secret):
    """How the secret could stand somewhere, if it did."""
    raw = secret.encode()
    found = {raw, json.dumps(secret)[1:-1].encode(), secret.replace("/", "\\/").encode(),
             urllib.parse.quote(secret, safe="").encode(), raw.hex().encode(),
             raw.hex().upper().encode(), raw[::-1], secret.encode("utf-16-le"),
             hashlib.sha256(raw).digest(), hashlib.sha256(raw).hexdigest().encode()}
    for skipped in range(3):  # base64 of text that holds it, wherever it begins
        whole = raw[skipped:len(raw) - (len(raw) - skipped) % 3]
        found |= {base64.b64encode(whole), base64.urlsafe_b64encode(whole)}
    return found


def files_with(folder, wanted):
    """The files below the folder in which one of the texts stands."""
    return [str(path) for path in folder.rglob("*") if path.is_file()
            and any(form in path.read_bytes() for form in wanted)]


class Kept:
    """Remembers every answer of a client."""

    def __init__(self, client):
        self.client = client
        self.answers = []

    def __call__(self, method, path, document=None, headers=None, body=None):
        answer = self.client.request(method, path, document, headers, body)
        self.answers.append(f"{answer.headers}\n".encode() + answer.body)
        return answer


def test_a_secret_stands_nowhere(own_server):
    secret, later = "MARKER+one/" + os.urandom(12).hex(), "MARKER+two/" + os.urandom(12).hex()
    mesh = Mesh(own_server, Client)
    ask = Kept(mesh.admin)
    _, stranger = mesh.principal()
    others = Kept(stranger)
    put = lambda *a, **k: ask("PUT", "/storages/cloud", *a, **k)

    assert put(s3(secret)).status == 201
    assert put(s3(secret)).status == 200
    assert put(s3(later)).status == 200
    assert put(s3(secret), {"If-Match": '"1"'}).status == 412
    assert put(s3(secret), {"If-None-Match": "*"}).status == 412
    assert others("PUT", "/storages/cloud", s3(secret)).status == 403
    wrong = s3(secret)
    wrong["credentials"]["secret"] = secret
    for document in (
            wrong, s3(secret, kind="gcs"), s3(secret, kind="local"), s3(secret, region=None),
            s3(secret, revision=99), s3(secret, id="x"), s3([secret]), s3({"a": secret}),
            s3(secret + " "), s3(secret, bucket="B"), [s3(secret)], s3(secret, credentials=secret)):
        assert put(document).status in (400, 412), document
    text = json.dumps(s3(secret)).encode()
    for body in (text[:-3], text + b"x", text.replace(b'"region"', b'"kind"'),
                 text.replace(b"MARKER", b"MARKER\xff"), b"\x00" + text):
        assert put(body=body, headers={"Content-Type": "application/json"}).status == 400
    assert put(body=text, headers={"Content-Type": "text/plain"}).status == 415
    yaml = f"kind: s3\ncredentials: {{secret_access_key: {secret}\n".encode()
    assert put(body=yaml, headers={"Content-Type": "application/yaml"}).status == 400
    yaml = (f"kind: s3\nregion: eu\nbucket: retail\ncredentials: {{access_key_id: charter-test, "
            f"secret_access_key: {secret}}}\n").encode()
    assert put(body=yaml, headers={"Content-Type": "application/yaml"}).status == 200
    # What a key remembers of a body must not be a hash that a guess can be held against.
    for _ in range(2):
        ask("POST", "/tokens", {"principal": "user:admin", "name": secret[:3]},
            {"Idempotency-Key": "again"})
        ask("POST", "/secrets/rotate", s3(secret), {"Idempotency-Key": "rotation"})
    for path in ("/storages", "/storages/cloud", "/changes?limit=1000", "/ledger?limit=1000", "/me"):
        assert ask("GET", path).status == 200, path
        ask("GET", path, headers={"Accept": "application/yaml"})
        others("GET", path)
    ask("GET", "/ledger", headers={"Accept": "application/x-ndjson"})
    for record in ask("GET", "/ledger?limit=1000").json()["items"]:
        assert ask("GET", f"/ledger/{record['id']}").status == 200
    shown = ask("GET", "/storages/cloud").json()
    assert shown["credentials"] == {"access_key_id": "charter-test"}

    wanted = forms(secret) | forms(later)
    wanted |= {hashlib.sha256(b"PUT /api/v1/storages/cloud\n" + text).digest()}
    said = ask.answers + others.answers
    assert not [answer for answer in said if any(form in answer for form in wanted)]
    assert not files_with(own_server.data, wanted)
    assert own_server.stop() == 0
    assert not files_with(own_server.data, wanted)
    assert not [form for form in wanted if form in own_server.log.encode(errors="replace")]
    # The search itself finds what is there.
    assert files_with(own_server.data, forms("charter-test"))


def test_the_search_for_a_secret_finds_every_form(tmp_path):
    secret = "MARKER+one/aa"
    for i, text in enumerate([secret, json.dumps({"s": secret}),
                              base64.b64encode(b"user:" + secret.encode()).decode(),
                              secret.encode().hex()]):
        (tmp_path / str(i)).write_text(text)
    assert len(files_with(tmp_path, forms(secret))) == 4


# --- what a PUT does to the secret ---


def sealed_as(client, name, secret):
    """Whether the storage holds this secret: putting the same again changes nothing."""
    before = client.get(f"/storages/{name}")
    document = before.json()
    document["credentials"]["secret_access_key"] = secret
    after = client.put(f"/storages/{name}", document)
    return after.status == 200 and after.etag == before.etag


@pytest.fixture
def cloud(admin):
    name = unique("cloud")
    admin.must("PUT", f"/storages/{name}", s3("first-secret"))
    return name


def test_a_put_without_the_secret_keeps_it(admin, cloud):
    answer = admin.put(f"/storages/{cloud}", s3(None, region="eu-west-1"))
    assert (answer.status, answer.etag) == (200, '"2"')
    assert answer.json()["credentials"] == {"access_key_id": "charter-test"}
    assert sealed_as(admin, cloud, "first-secret")
    # What was read can be put back.
    assert admin.put(f"/storages/{cloud}", answer.json()).etag == '"2"'


def test_another_secret_is_a_change(admin, cloud):
    assert admin.put(f"/storages/{cloud}", s3("second-secret")).etag == '"2"'
    assert sealed_as(admin, cloud, "second-secret")


def test_another_access_key_needs_its_secret(admin, cloud):
    document = s3(None)
    document["credentials"]["access_key_id"] = "another"
    answer = admin.put(f"/storages/{cloud}", document)
    assert answer.status == 400
    assert answer.pointers == ["/credentials/secret_access_key"]
    assert sealed_as(admin, cloud, "first-secret")


def test_a_new_storage_needs_the_secret(admin):
    answer = admin.put(f"/storages/{unique('cloud')}", s3(None))
    assert (answer.status, answer.pointers) == (400, ["/credentials/secret_access_key"])


def test_a_storage_without_credentials_forgets_the_secret(admin, cloud):
    role = s3(None, role_arn="arn:aws:iam::123456789012:role/charter")
    del role["credentials"]
    assert admin.put(f"/storages/{cloud}", role).status == 200
    assert admin.put(f"/storages/{cloud}", s3(None)).pointers == ["/credentials/secret_access_key"]


def test_a_storage_of_the_same_name_does_not_inherit_the_secret(admin, cloud):
    admin.must("DELETE", f"/storages/{cloud}")
    assert admin.put(f"/storages/{cloud}", s3(None)).status == 400


@pytest.mark.parametrize("change, pointers", [
    ({"endpoint": "https://u:p@minio"}, ["/endpoint"]),
    ({"endpoint": "https://minio/bucket"}, ["/endpoint"]),
    ({"endpoint": "file:///etc"}, ["/endpoint"]),
    ({"region": "us east"}, ["/region"]),
    ({"region": None}, ["/region"]),
    ({"bucket": "Not_A_Bucket"}, ["/bucket"]),
    ({"bucket": "10.0.0.1"}, ["/bucket"]),
    ({"path_style": 1}, ["/path_style"]),
    ({"root": "lake"}, ["/root"]),
    ({"role_arn": "arn:aws:iam::1:user/me"}, ["/role_arn"]),
    ({"credentials": None}, ["/credentials"]),
    ({"delegated": {"a": ["../"]}}, ["/delegated/a/0"]),
    ({"region": "", "bucket": ""}, ["/region", "/bucket"]),
    ({"kind": "azure"}, ["/kind"]),
])
def test_a_wrong_document_is_refused_where_it_is_wrong(admin, change, pointers):
    name = unique("cloud")
    answer = admin.put(f"/storages/{name}", s3(**change))
    assert (answer.status, answer.pointers) == (400, pointers), repr(answer)
    assert admin.get(f"/storages/{name}").status == 404


# --- locations ---


def test_what_locations_depend_on_stays(mesh, admin, empty_s3):
    domain, _ = mesh.domain()
    name, bucket = unique("cloud"), unique("bucket")
    admin.must("PUT", f"/storages/{name}", s3(endpoint=empty_s3.endpoint, bucket=bucket))
    admin.must("PUT", f"/domains/{domain}/locations/raw",
               {"storage": name, "uri": f"s3://{bucket}/raw/"})
    for change in ({"bucket": "another"}, {"endpoint": "http://127.0.0.1:10"}, {"endpoint": None}):
        answer = admin.put(f"/storages/{name}", s3(**{"bucket": bucket, "endpoint": empty_s3.endpoint, **change}))
        assert answer.problem == "conflict", repr(answer)
    assert admin.put(f"/storages/{name}", {"kind": "local", "root": name}).problem == "conflict"
    for change in ({"region": "eu-west-1"}, {"path_style": True}, {"secret": "another-secret"},
                   {"role_arn": "arn:aws:iam::123456789012:role/x"}):
        assert admin.put(f"/storages/{name}", s3(**{"bucket": bucket, "endpoint": empty_s3.endpoint, **change})).status == 200
    admin.must("DELETE", f"/domains/{domain}/locations/raw")
    assert admin.put(f"/storages/{name}", s3(endpoint=empty_s3.endpoint, bucket="another")).status == 200


@pytest.mark.parametrize("uri", ["local://{name}/raw/", "s3://{name}/raw/", "s3://{bucket}x/raw/",
                                 "local://{bucket}/raw/"])
def test_a_location_lies_in_the_bucket_of_its_storage(mesh, admin, uri):
    domain, _ = mesh.domain()
    name, bucket = unique("cloud"), unique("bucket")
    admin.must("PUT", f"/storages/{name}", s3(bucket=bucket))
    answer = admin.put(f"/domains/{domain}/locations/raw",
                       {"storage": name, "uri": uri.format(name=name, bucket=bucket)})
    assert (answer.status, answer.pointers) == (400, ["/uri"]), repr(answer)


def test_owners_stay_inside_what_is_delegated_by_segments(mesh, admin, empty_s3):
    domain, owner = mesh.domain()
    name, bucket = unique("cloud"), unique("bucket")
    document = s3(endpoint=empty_s3.endpoint, bucket=bucket, delegated={domain: ["mine/raw"]})
    admin.must("PUT", f"/storages/{name}", document)

    def register(client, location, path):
        return client.put(f"/domains/{domain}/locations/{location}",
                          {"storage": name, "uri": f"s3://{bucket}/{path}"})

    for path in ("", "mine/", "mine/rawer/", "mine/ra/", "other/", "mine/raw-2/"):
        assert register(owner, "out", path).problem == "forbidden", path
    assert register(owner, "in", "mine/raw/a/").status == 201
    assert register(admin, "beyond", "other/").status == 201
    # A location stays where it is when the delegation moves, and new ones follow it.
    admin.must("PUT", f"/storages/{name}", {**document, "delegated": {domain: ["elsewhere/"]}})
    assert owner.get(f"/domains/{domain}/locations/in").status == 200
    assert register(owner, "late", "mine/raw/b/").problem == "forbidden"
    assert register(owner, "late", "elsewhere/b/").status == 201


def test_two_storages_of_one_bucket_share_its_places(mesh, admin, empty_s3):
    one, other = mesh.domain()[0], mesh.domain()[0]
    first, second, bucket = unique("cloud"), unique("cloud"), unique("bucket")
    admin.must("PUT", f"/storages/{first}", s3(endpoint=empty_s3.endpoint, bucket=bucket))
    admin.must("PUT", f"/storages/{second}", s3(endpoint="http://127.0.0.1:10", bucket=bucket))
    admin.must("PUT", f"/domains/{one}/locations/a",
               {"storage": first, "uri": f"s3://{bucket}/a/"})
    for path in ("", "a/", "a/b/"):
        answer = admin.put(f"/domains/{other}/locations/a",
                           {"storage": second, "uri": f"s3://{bucket}/{path}"})
        assert answer.problem == "conflict", path


def test_a_local_storage_whose_root_is_gone_takes_no_location(mesh, admin, server):
    domain, owner = mesh.domain()
    name = unique("lake")
    admin.must("PUT", f"/storages/{name}",
               {"kind": "local", "root": name, "delegated": {domain: ["/"]}})
    (server.storage / name).rmdir()
    location = {"storage": name, "uri": f"local://{name}/a/"}
    answer = owner.put(f"/domains/{domain}/locations/a", location)
    assert answer.problem == "unprocessable"
    assert owner.get(f"/domains/{domain}/locations/a").status == 404
    assert admin.get("/ledger?limit=1").json()["items"][0]["reason"] == answer.json()["detail"]
    # Why is for the administrator.
    told = admin.put(f"/domains/{domain}/locations/a", location).json()["detail"]
    assert len(told) > len(answer.json()["detail"])
    (server.storage / name).mkdir()
    assert owner.put(f"/domains/{domain}/locations/a", location).status == 201


# --- keys ---


def key_of(server):
    return server.data / "secrets.key"


def test_the_first_start_makes_a_key_for_the_server_alone(own_server):
    assert stat.S_IMODE(key_of(own_server).stat().st_mode) == 0o600
    key = key_of(own_server).read_text().strip()
    bytes_of_key = base64.urlsafe_b64decode(key + "=")
    assert len(bytes_of_key) == 32
    Client(own_server.port, own_server.admin_token).must("PUT", "/storages/cloud", s3())
    own_server.stop()
    database = [path for path in own_server.data.rglob("*")
                if path.is_file() and path != key_of(own_server)]
    for form in (key.encode(), bytes_of_key):
        assert not [path for path in database if form in path.read_bytes()]
    assert key not in own_server.log


def test_without_its_key_the_server_serves_all_but_the_secrets(own_server, tmp_path):
    admin = Client(own_server.port, own_server.admin_token)
    admin.must("PUT", "/storages/cloud", s3("the-secret"))
    own_server.stop()
    key_of(own_server).rename(tmp_path / "away")
    own_server.start()
    assert "secrets.key is missing" in own_server.log
    assert "storage cloud" in own_server.log
    admin = Client(own_server.port, own_server.admin_token)
    assert admin.get("/storages/cloud").status == 200
    assert admin.put("/domains/a", {"title": "A", "owners": ["user:admin"]}).status == 201
    assert admin.put("/storages/lake", {"kind": "local", "root": "lake"}).status == 201
    assert admin.put("/storages/cloud", s3(None, region="eu-west-1")).status == 200
    # A new key would hide that the old one is lost.
    assert admin.put("/storages/cloud", s3("the-secret")).problem == "unavailable"
    assert admin.put("/storages/cloud-2", s3("the-secret")).problem == "unavailable"
    refused = admin.post("/secrets/rotate")
    assert refused.problem == "conflict" and "cloud" in refused.json()["detail"]
    assert not key_of(own_server).exists()
    own_server.stop()
    assert not key_of(own_server).exists()
    (tmp_path / "away").rename(key_of(own_server))
    own_server.start()
    assert "no key opens" not in own_server.log
    admin = Client(own_server.port, own_server.admin_token)
    assert sealed_as(admin, "cloud", "the-secret")


def test_with_another_key_a_secret_can_be_put_anew(own_server):
    admin = Client(own_server.port, own_server.admin_token)
    admin.must("PUT", "/storages/cloud", s3("the-secret"))
    own_server.stop()
    key_of(own_server).write_text(base64.b64encode(b"k" * 32).decode() + "\n")
    own_server.start()
    assert "no key opens the secret of storage cloud" in own_server.log
    admin = Client(own_server.port, own_server.admin_token)
    assert admin.post("/secrets/rotate").problem == "conflict"
    assert not sealed_as(admin, "cloud", "the-secret")  # it was sealed anew: a change
    assert sealed_as(admin, "cloud", "the-secret")
    assert admin.post("/secrets/rotate").json()["resealed"] == 1


@pytest.mark.parametrize("prepare", [
    lambda key: key.chmod(0o640), lambda key: key.write_text("no key\n"),
    lambda key: key.write_text("")])
def test_a_key_file_that_is_open_to_others_or_damaged_stops_the_start(own_server, prepare):
    own_server.stop()
    prepare(key_of(own_server))
    with pytest.raises(RuntimeError, match="secrets.key"):
        own_server.start()


# --- rotation ---


def test_a_rotation_seals_all_anew_and_drops_the_old_key(own_server):
    admin = Client(own_server.port, own_server.admin_token)
    for i in range(3):
        admin.must("PUT", f"/storages/cloud-{i}", s3(f"secret-{i}"))
    admin.must("PUT", "/storages/lake", {"kind": "local", "root": "lake"})
    after = admin.end_of_changes()
    old = key_of(own_server).read_text()
    told = admin.post("/secrets/rotate").json()
    assert told["resealed"] == 3 and len(told["key"]) == 16 and set(told) == {"resealed", "key"}
    new = key_of(own_server).read_text()
    assert len(new.split()) == 1 and old.strip() not in new
    assert stat.S_IMODE(key_of(own_server).stat().st_mode) == 0o600
    assert [path.name for path in own_server.data.glob("secrets.key*")] == ["secrets.key"]
    assert {change["resource"] for change in admin.changes(after)} == {
        "cloud-0", "cloud-1", "cloud-2"}
    record = admin.get("/ledger?limit=1").json()["items"][0]
    assert record["action"] == "administer" and len(record["changes"]) == 3
    for _ in range(2):  # from memory, and from the file
        for i in range(3):
            assert sealed_as(admin, f"cloud-{i}", f"secret-{i}")
        own_server.stop()
        own_server.start()
        admin = Client(own_server.port, own_server.admin_token)


def test_a_rotation_asked_for_twice_under_one_key_happens_once(own_server):
    admin = Client(own_server.port, own_server.admin_token)
    admin.must("PUT", "/storages/cloud", s3("the-secret"))
    first, second = (admin.post("/secrets/rotate", headers={"Idempotency-Key": "one"})
                     for _ in range(2))
    assert first.json() == second.json()
    assert sealed_as(admin, "cloud", "the-secret")
    assert len(key_of(own_server).read_text().split()) == 1


def test_a_rotation_that_ended_anywhere_leaves_everything_open(own_server):
    def start():
        own_server.start()
        assert "no key opens" not in own_server.log
        return Client(own_server.port, own_server.admin_token)

    admin = Client(own_server.port, own_server.admin_token)
    admin.must("PUT", "/storages/cloud", s3("the-secret"))
    own_server.stop()
    old = key_of(own_server).read_text()
    # Killed after the new key was put first: nothing is sealed with it yet.
    new = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=") + "\n"
    key_of(own_server).write_text(new + old)
    admin = start()
    assert sealed_as(admin, "cloud", "the-secret")
    # Killed after all was sealed anew: the old keys are still there.
    assert admin.post("/secrets/rotate").json()["resealed"] == 1
    own_server.kill()
    key_of(own_server).write_text(key_of(own_server).read_text() + new + old)
    admin = start()
    assert sealed_as(admin, "cloud", "the-secret")
    # The next one finishes what was left.
    assert admin.post("/secrets/rotate").json()["resealed"] == 1
    assert len(key_of(own_server).read_text().split()) == 1
    own_server.kill()
    assert sealed_as(start(), "cloud", "the-secret")


def test_only_an_administrator_rotates(mesh):
    _, stranger = mesh.principal()
    assert stranger.post("/secrets/rotate").problem == "forbidden"
    assert mesh.anonymous.post("/secrets/rotate").problem == "unauthenticated"


def test_keys_of_the_environment_are_rotated_by_their_order(tmp_path):
    keys = [base64.b64encode(bytes([c]) * 32).decode() for c in b"ab"]
    server = Server(tmp_path / "data", environment={"CHARTER_SECRETS_KEY": keys[0]}).start()
    try:
        admin = Client(server.port, server.admin_token)
        admin.must("PUT", "/storages/cloud", s3("the-secret"))
        alone = admin.post("/secrets/rotate").json()
        assert (alone["resealed"], alone["removable"]) == (1, [])
        assert not key_of(server).exists()
        server.stop()
        server.environment["CHARTER_SECRETS_KEY"] = f"{keys[1]},{keys[0]}"
        server.start()
        admin = Client(server.port, server.admin_token)
        done = subprocess.run(
            [server.program, "secrets", "rotate", "--server", server.url,
             "--token-file", str(server.data / "admin.token")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "1 secrets sealed anew" in done.stdout and alone["key"] in done.stdout
        server.stop()
        server.environment["CHARTER_SECRETS_KEY"] = keys[1]
        server.start()
        assert "no key opens" not in server.log
        assert sealed_as(Client(server.port, server.admin_token), "cloud", "the-secret")
        for key in keys:
            assert key not in server.log
    finally:
        server.kill()


@pytest.mark.parametrize("value", ["", "short", "A" * 43 + "," + "A" * 43])
def test_a_wrong_key_in_the_environment_stops_the_start(tmp_path, value):
    server = Server(tmp_path / "data", environment={"CHARTER_SECRETS_KEY": value})
    with pytest.raises(RuntimeError, match="CHARTER_SECRETS_KEY") as refused:
        server.start()
    assert not value or value not in str(refused.value)
