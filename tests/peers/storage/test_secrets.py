"""What opens a storage leaves by the answer of its resolve and stands nowhere else."""
import re
import urllib.parse

from readers import named


def test_keys_urls_and_tokens_stand_nowhere(storage, keys, server, minio):
    port = storage.port(objects={"a": b"a"})
    reader, writer = port.reader(), port.writer()
    urls = [port.lease(reader, delivery="urls"),
            port.lease(writer, "write", objects=[named("b", b"b")])]
    credentials = [port.lease(reader, delivery="credentials")["credentials"],
                   port.lease(writer, "write", delivery="credentials")["credentials"]]

    secrets = {"the key of the server": keys[1]}
    for number, lease in enumerate(urls):
        query = urllib.parse.urlsplit(lease["urls"][0]["url"]).query
        secrets[f"signature {number}"] = urllib.parse.parse_qs(query)["X-Amz-Signature"][0]
    for number, given in enumerate(credentials):
        secrets[f"secret key {number}"] = given["secret_access_key"]
        secrets[f"token {number}"] = given["session_token"]

    admin = storage.mesh.admin
    said = {path: admin.get(path).text for path in (
        "/storages", storage.path, "/leases?limit=1000", f"/ledger?resource={port.name}&limit=1000",
        "/changes?limit=1000", f"/domains/{port.domain}/locations")}
    said["the holder's leases"] = reader.get("/leases").text
    for lease in urls:
        said[f"lease {lease['id']}"] = admin.get(f"/leases/{lease['id']}").text
        said[f"record {lease['id']}"] = admin.get(f"/ledger/{lease['id']}").text
    said["the server's log"] = server.log
    for file in server.data.rglob("*"):
        if file.is_file():
            said[str(file)] = file.read_bytes().decode("latin-1")

    found = [(what, where) for what, secret in secrets.items() for where, text in said.items()
             if secret in text]
    assert found == []
    # The search itself finds what is there.
    assert any(keys[0] in text for text in said.values())


def test_the_ledger_knows_each_lease_by_its_hash(storage):
    port = storage.port(objects={"a": b"a"})
    lease = port.lease(port.reader(), delivery="credentials")

    record = storage.mesh.admin.must("GET", f"/ledger/{lease['id']}")

    assert record["lease"]["storage"] == storage.name
    assert any(re.fullmatch(r"[0-9a-f]{64}", str(value)) for value in record["lease"].values()), record


def test_without_the_right_key_nothing_is_released(mesh, minio):
    from lake import S3Storage

    storage = S3Storage(mesh, minio, "retail2", minio.root)
    port = storage.port(objects={"a": b"a"})
    client = port.reader()
    wrong = {**storage.document, "credentials": {"access_key_id": minio.root[0],
                                                 "secret_access_key": "not-the-secret-at-all"}}
    mesh.admin.must("PUT", storage.path, wrong)

    assert port.resolve(client, delivery="credentials").status == 503
    newest = port.ledger()[0]
    assert newest["allow"] is False
