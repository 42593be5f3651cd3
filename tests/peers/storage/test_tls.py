"""A storage behind TLS: its certificate is verified, its name too."""
import subprocess

import pytest

from charter_client import Client
from conftest import BUCKET, serve
from lake import S3Storage
from page import policy
from programs import Minio
from readers import send
from scenario import Mesh, unique


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder):
    """A certificate authority of our own: ca.pem and ca.key."""
    folder.mkdir(parents=True, exist_ok=True)
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "30", "-subj", "/CN=An authority of tests", "-keyout", "ca.key",
            "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE")
    return folder


def make_certificate(authority, folder, names):
    """A folder as MinIO wants it, with a certificate for these names."""
    folder.mkdir(parents=True)
    (folder / "names").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=storage", "-keyout", "private.key", "-out", "request")
    openssl(folder, "x509", "-req", "-in", "request", "-CA", str(authority / "ca.pem"), "-CAkey",
            str(authority / "ca.key"), "-CAcreateserial", "-days", "30", "-extfile", "names",
            "-out", "public.crt")
    (folder / "ca.pem").write_text((authority / "ca.pem").read_text())
    return folder


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


def start_minio(authority, folder, names):
    running = Minio(folder / "minio", make_certificate(authority, folder / "certificates", names))
    running.start()
    return running


@pytest.fixture(scope="module")
def tls_minio(authority, tmp_path_factory):
    running = start_minio(authority, tmp_path_factory.mktemp("tls"), "IP:127.0.0.1,DNS:localhost")
    running.as_root().create_bucket(Bucket=BUCKET)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def keys(tls_minio):
    return tls_minio.add_user("charter", policy(BUCKET))


def running_mesh(folder, **settings):
    return Mesh(serve(folder, outgoing_http=None, **settings), Client)


def test_a_known_authority_is_trusted(tls_minio, keys, authority, tmp_path):
    mesh = running_mesh(tmp_path, outgoing_ca_file=authority / "ca.pem")
    try:
        port = S3Storage(mesh, tls_minio, BUCKET, keys).port(objects={"a b": b"content"})
        reader = port.reader()
        url = port.lease(reader)["urls"][0]["url"]
        credentials = port.lease(reader, delivery="credentials")["credentials"]

        assert url.startswith("https://")
        assert send("GET", url, ca_file=tls_minio.ca_file).body == b"content"
        assert credentials["session_token"]
    finally:
        mesh.server.stop()


def refused_location(mesh, storage):
    """The administrator cannot register a location there, and reads why."""
    domain, _ = mesh.domain()
    answer = mesh.admin.put(f"/domains/{domain}/locations/main",
                            {"storage": storage.name, "uri": storage.uri(f"{unique('x')}/")})
    assert answer.status in (422, 503), repr(answer)
    return answer.text


def test_an_unknown_authority_is_not_trusted(tls_minio, keys, tmp_path):
    mesh = running_mesh(tmp_path)
    try:
        said = refused_location(mesh, S3Storage(mesh, tls_minio, BUCKET, keys))
        assert "certificate" in said.lower() or "tls" in said.lower(), said
    finally:
        mesh.server.stop()


def test_a_certificate_for_another_name_is_refused(authority, tmp_path):
    other = start_minio(authority, tmp_path / "other", "DNS:elsewhere.example")
    mesh = running_mesh(tmp_path / "charter", outgoing_ca_file=authority / "ca.pem")
    try:
        refused_location(mesh, S3Storage(mesh, other, BUCKET, ("any", "any-secret-key")))
        assert BUCKET not in other.log()
    finally:
        mesh.server.stop()
        other.stop()


def test_http_is_not_spoken_unless_allowed(minio, tmp_path):
    mesh = running_mesh(tmp_path)
    try:
        store = {"kind": "s3", "endpoint": minio.endpoint, "region": "us-east-1",
                 "bucket": BUCKET, "path_style": True,
                 "credentials": {"access_key_id": "any", "secret_access_key": "any-secret-key"}}
        made = mesh.admin.put("/storages/plain", store)
        if made.status == 201:
            domain, _ = mesh.domain()
            made = mesh.admin.put(f"/domains/{domain}/locations/main",
                                  {"storage": "plain", "uri": f"s3://{BUCKET}/plain/"})
        assert made.status in (400, 422, 503), repr(made)
    finally:
        mesh.server.stop()


def test_a_private_address_is_not_called_unless_allowed(tls_minio, keys, authority, tmp_path):
    mesh = running_mesh(tmp_path, outgoing_allow="10.0.0.0/8",
                        outgoing_ca_file=authority / "ca.pem")
    try:
        refused_location(mesh, S3Storage(mesh, tls_minio, BUCKET, keys))
    finally:
        mesh.server.stop()
