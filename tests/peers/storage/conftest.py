"""MinIO, a Charter that may call it, and a storage between them."""
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/api"))

from charter_client import Client  # noqa: E402
from charter_server import Server  # noqa: E402
from lake import S3Storage  # noqa: E402
from page import policy  # noqa: E402
from programs import Minio  # noqa: E402
from scenario import Mesh  # noqa: E402

BUCKET = "retail"
OTHER_BUCKET = "retail2"


def serve(folder, **settings):
    """A running Charter that may call the loopback by http."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = {"outgoing_allow": "127.0.0.1/32", "outgoing_http": "true", **settings}
    file = folder / "charter.yaml"
    file.write_text("".join(f"{key}: {value}\n" for key, value in configuration.items()
                            if value is not None))
    return Server(folder / "data", "--config", str(file)).start()


@pytest.fixture(scope="session")
def minio(tmp_path_factory):
    running = Minio(tmp_path_factory.mktemp("minio")).start()
    root = running.as_root()
    for bucket in (BUCKET, OTHER_BUCKET):
        root.create_bucket(Bucket=bucket)
        root.put_object(Bucket=bucket, Key="top-secret.txt", Body=b"secret")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def keys(minio):
    """What Charter is given: a user with the rights of docs/storage.md."""
    return minio.add_user("charter", policy(BUCKET))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("charter"))
    yield running
    status = running.stop()
    assert status == 0, running.log[-4000:]


@pytest.fixture(scope="session")
def mesh(server):
    return Mesh(server, Client)


@pytest.fixture(scope="session")
def storage(mesh, minio, keys):
    return S3Storage(mesh, minio, BUCKET, keys)
