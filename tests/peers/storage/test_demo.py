"""charter demo --storage: the demo mesh in a bucket of MinIO."""
import gzip
import os
import subprocess

import pytest

from charter_client import Client
from charter_server import binary
from conftest import serve
from page import policy
from readers import curl

BUCKET = "demo-lake"


@pytest.fixture(scope="module")
def bucket_keys(minio):
    minio.as_root().create_bucket(Bucket=BUCKET)
    return minio.add_user("charter-demo", policy(BUCKET))


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("demo"))
    yield running
    running.stop()


def demo(server, *arguments, **environment):
    clean = {key: value for key, value in os.environ.items()
             if not key.startswith(("CHARTER_", "AWS_"))}
    return subprocess.run(
        [binary(), "demo", "--server", server.url, "--token-file", server.data / "admin.token",
         *arguments], env={**clean, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def loaded(own_server, minio, bucket_keys):
    def load():
        return demo(own_server, "--storage", f"s3://{BUCKET}/some/where",
                    AWS_ENDPOINT_URL=minio.endpoint, AWS_ACCESS_KEY_ID=bucket_keys[0],
                    AWS_SECRET_ACCESS_KEY=bucket_keys[1])
    first = load()
    assert (first.returncode, first.stderr) == (0, ""), first.stdout
    return load, first


def test_every_table_is_in_the_bucket(loaded, minio):
    keys = [entry["Key"] for entry in
            minio.as_root().list_objects_v2(Bucket=BUCKET)["Contents"]]

    assert len(keys) == 24
    assert "some/where/customer/customers/part-0.csv.gz" in keys


def test_the_files_are_read_through_leases(loaded, own_server):
    admin = Client(own_server.port, own_server.admin_token)
    token = admin.must("POST", "/tokens", {"principal": "user:ana", "name": "test"})["token"]

    answer = admin.with_token(token).post("/resolve", {
        "port": "customer/households/files", "action": "read", "purpose": "analytics"})

    assert answer.status == 200, repr(answer)
    rows = gzip.decompress(curl(answer.json()["lease"]["urls"][0]["url"])).splitlines()
    assert len(rows) > 10


def test_loading_it_again_changes_no_document(loaded):
    load, _ = loaded

    again = load()

    assert (again.returncode, again.stderr) == (0, "")
    assert [line for line in again.stdout.splitlines()
            if ", " in line and not line.endswith(", 0 new")] == []


def test_its_pipelines_keep_no_token(loaded, own_server):
    admin = Client(own_server.port, own_server.admin_token)

    assert [each for each in admin.pages("/tokens") if each["name"] == "demo"] == []


@pytest.mark.parametrize("arguments, said", [
    (("--storage", "gs://bucket"), "s3://bucket"),
    (("--storage", "s3://bucket"), "AWS_ACCESS_KEY_ID"),
    (("--storage", "s3://bucket", "--storage-dir", "x"), "excludes"),
    (("--s3-endpoint", "http://127.0.0.1:1"), "--storage")])
def test_what_is_missing_is_said(own_server, arguments, said):
    done = demo(own_server, *arguments)

    assert done.returncode != 0
    assert said in done.stderr + done.stdout
