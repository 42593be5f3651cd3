import pytest

from charter_client import Client
from charter_server import Server
from fake_s3 import ALLOWED, FakeS3
from scenario import Lake, Mesh


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests that do not stop it."""
    running = Server(tmp_path_factory.mktemp("data"), environment=ALLOWED).start()
    yield running
    status = running.stop()
    assert status == 0, running.log[-4000:]


@pytest.fixture(scope="session")
def empty_s3():
    """An S3 endpoint with empty buckets, which that server may call."""
    with FakeS3() as running:
        yield running


@pytest.fixture(scope="session")
def mesh(server):
    return Mesh(server, Client)


@pytest.fixture(scope="session")
def admin(mesh):
    return mesh.admin


@pytest.fixture(scope="module")
def lake(mesh):
    """A published product with bytes, shared by the tests of one file."""
    return Lake(mesh)


@pytest.fixture
def own_server(tmp_path):
    """A server that one test may stop, kill and start again."""
    running = Server(tmp_path / "data").start()
    yield running
    if running.process.poll() is None:
        running.kill()
