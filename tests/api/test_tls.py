"""TLS from outside: what openssl, curl and raw bytes see of a server that speaks it."""
import functools
import hashlib
import http.client
import itertools
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import time

import pytest

from certificates import CLIENT, CURVE, RSA, SERVER, Authority, Pair
from charter_client import Client
from charter_server import Server, binary
from scenario import Lake, Mesh

WAIT_S = 60  # for what must come; generous


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """The authority of clients."""
    return Authority(tmp_path_factory.mktemp("clients"), "clients")


def running(folder, *arguments):
    server = Server(folder / "data", *arguments).start()
    yield server
    assert server.stop() == 0, server.log[-4000:]


@pytest.fixture(scope="module")
def ecdsa_server(authority, tmp_path_factory):
    pair = authority.issue("server", SERVER)
    yield from running(tmp_path_factory.mktemp("ecdsa"), *pair.flags())


@pytest.fixture(scope="module")
def rsa_server(authority, tmp_path_factory):
    pair = authority.issue("server", SERVER, key=RSA)
    yield from running(tmp_path_factory.mktemp("rsa"), *pair.flags())


@pytest.fixture(scope="module")
def mutual_server(authority, clients, tmp_path_factory):
    """Asks for certificates of clients and takes nobody without one."""
    folder = tmp_path_factory.mktemp("mutual")
    config = folder / "charter.yaml"
    pair = authority.issue("server", SERVER)
    config.write_text(f"tls_certificate: {pair.certificate}\ntls_key: {pair.key}\n"
                      f"tls_client_ca: {clients.certificate}\ntls_client_certificates: required\n"
                      "client_certificates:\n"
                      "- {subject: 'CN=loader,O=Example', principal: service:loader}\n"
                      "- {dns: trino.example, principal: engine:trino}\n")
    yield from running(folder, "--config", str(config))


def s_client(server, authority, *arguments, stdin=""):
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
         str(authority.certificate), "-verify_return_error", *arguments],
        input=stdin, capture_output=True, text=True, timeout=WAIT_S)


def curl(authority, *arguments):
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--max-time", str(WAIT_S), "--cacert",
         str(authority.certificate), *map(str, arguments)], capture_output=True, timeout=2 * WAIT_S)


def shown_serial(server, authority):
    """The serial of the certificate that a new connection is shown."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as plain:
        with authority.context().wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            return int(secure.getpeercert()["serialNumber"], 16)


def wait_until(true):
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


# --- protocol ---

@pytest.mark.parametrize("version,text", [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_speaks(ecdsa_server, rsa_server, authority, version, text):
    for server in (ecdsa_server, rsa_server):
        done = s_client(server, authority, version, "-brief")
        assert done.returncode == 0, done.stderr
        assert f"Protocol version: {text}" in done.stderr


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_refuses_old_versions(ecdsa_server, rsa_server, authority, version):
    for server in (ecdsa_server, rsa_server):
        done = s_client(server, authority, version, "-cipher", "ALL:@SECLEVEL=0")
        assert done.returncode != 0
        assert "alert protocol version" in done.stderr, done.stderr


def hello(ciphers, version=0x0303):
    """A ClientHello of TLS 1.2 or before that offers these ciphers."""
    def vector(data, size):
        return len(data).to_bytes(size, "big") + data

    def extension(number, data):
        return struct.pack("!H", number) + vector(data, 2)

    extensions = b"" if version < 0x0301 else vector(
        extension(10, vector(struct.pack("!3H", 29, 23, 24), 2))      # groups
        + extension(11, vector(b"\x00", 1))                           # point formats
        + (extension(13, vector(struct.pack("!6H", 0x0403, 0x0401, 0x0804, 0x0503, 0x0203,
                                            0x0201), 2)) if version == 0x0303 else b""), 2)
    body = (struct.pack("!H", version) + bytes(32) + b"\x00"
            + vector(b"".join(struct.pack("!H", c) for c in ciphers), 2) + b"\x01\x00" + extensions)
    return b"\x16" + struct.pack("!H", min(version, 0x0301)) + vector(b"\x01" + vector(body, 3), 2)


def first_answer(server, sent):
    """(type of the record, its first two bytes) of what comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as connection:
        connection.sendall(sent)
        received = b""
        while len(received) < 7:
            more = connection.recv(1000)
            if not more:
                break
            received += more
    return (received[0], received[5:7]) if len(received) >= 7 else None


HANDSHAKE, ALERT = 22, 21
HANDSHAKE_FAILURE, PROTOCOL_VERSION = b"\x02\x28", b"\x02\x46"

# IANA "TLS Cipher Suites".
WEAK = {
    "null": [0x0001, 0x0002, 0x003B, 0xC001, 0xC006, 0xC00B, 0xC010],
    "export": [0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019],
    "rc4": [0x0004, 0x0005, 0xC002, 0xC007, 0xC00C, 0xC011],
    "des": [0x0009, 0x000C, 0x000F, 0x0012, 0x0015],
    "3des": [0x000A, 0x000D, 0x0010, 0x0013, 0x0016, 0xC003, 0xC008, 0xC00D, 0xC012],
    "cbc": [0x002F, 0x0033, 0x0035, 0x0039, 0x003C, 0x003D, 0x0067, 0x006B, 0xC009, 0xC00A, 0xC013,
            0xC014, 0xC023, 0xC024, 0xC027, 0xC028, 0x0041, 0x0084, 0x0096, 0xC072, 0xC076],
    "static rsa": [0x009C, 0x009D, 0xC09C, 0xC09D, 0xC0A0, 0xC0A1],
    "static dh": [0x0031, 0x0037, 0x00A0, 0x00A4, 0xC004, 0xC005, 0xC00E, 0xC00F, 0xC02D, 0xC031],
    "anonymous": [0x0018, 0x001B, 0x0034, 0x003A, 0x006C, 0x006D, 0x00A6, 0x00A7, 0xC015, 0xC016,
                  0xC017, 0xC018, 0xC019],
    "psk": [0x002C, 0x008A, 0x008B, 0x008C, 0x00A8, 0x00A9, 0xC035, 0xCCAB, 0xCCAC],
    "finite field dhe": [0x009E, 0x009F, 0xCCAA],
    "ccm": [0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF],
}


@pytest.mark.parametrize("family", WEAK)
def test_refuses_weak_ciphers(ecdsa_server, rsa_server, family):
    for server in (ecdsa_server, rsa_server):
        for cipher in WEAK[family]:
            assert first_answer(server, hello([cipher])) == (ALERT, HANDSHAKE_FAILURE), hex(cipher)
        assert first_answer(server, hello(WEAK[family])) == (ALERT, HANDSHAKE_FAILURE)


def test_takes_the_good_ciphers(ecdsa_server, rsa_server):
    for cipher in (0xC02B, 0xC02C, 0xCCA9):
        assert first_answer(ecdsa_server, hello([cipher])) == (HANDSHAKE, b"\x02\x00"), hex(cipher)
    for cipher in (0xC02F, 0xC030, 0xCCA8):
        assert first_answer(rsa_server, hello([cipher])) == (HANDSHAKE, b"\x02\x00"), hex(cipher)


@pytest.mark.parametrize("version", [0x0300, 0x0301, 0x0302])
def test_refuses_the_hello_of_an_old_version(ecdsa_server, version):
    everything = [0xC02B, 0xC02F] + list(itertools.chain(*WEAK.values()))
    kind, alert = first_answer(ecdsa_server, hello(everything, version))
    # SSL 3.0 has no alert of its own for the version.
    wanted = [PROTOCOL_VERSION, HANDSHAKE_FAILURE] if version == 0x0300 else [PROTOCOL_VERSION]
    assert kind == ALERT and alert in wanted


def test_speaks_http_1_1_only(ecdsa_server, authority):
    chosen = s_client(ecdsa_server, authority, "-alpn", "h2,http/1.1")
    assert chosen.returncode == 0 and "ALPN protocol: http/1.1" in chosen.stdout
    refused = s_client(ecdsa_server, authority, "-alpn", "h2")
    assert refused.returncode != 0 and "alert no application protocol" in refused.stderr


def test_does_not_negotiate_again(ecdsa_server, authority):
    done = s_client(ecdsa_server, authority, "-tls1_2", stdin="R\n")
    assert "RENEGOTIATING" in done.stdout + done.stderr
    assert "no renegotiation" in done.stderr, done.stderr


def test_does_not_compress_or_resume(ecdsa_server, authority, tmp_path):
    for version in ("-tls1_2", "-tls1_3"):
        session = tmp_path / f"session{version}"
        first = s_client(ecdsa_server, authority, version, "-sess_out", str(session))
        assert "Compression: NONE" in first.stdout and "New, TLSv1" in first.stdout
        assert "session ticket" not in first.stdout
        if session.exists():
            again = s_client(ecdsa_server, authority, version, "-sess_in", str(session))
            assert "New, TLSv1" in again.stdout and "Reused" not in again.stdout


def test_plain_http_is_told_and_ended(ecdsa_server):
    plain = http.client.HTTPConnection("127.0.0.1", ecdsa_server.port, timeout=WAIT_S)
    plain.request("GET", "/healthz")
    answer = plain.getresponse()

    assert answer.status == 400 and b"https" in answer.read()
    assert answer.will_close


def test_a_caller_who_does_not_know_the_authority_is_safe(ecdsa_server, clients):
    assert curl(clients, f"{ecdsa_server.url}/healthz").returncode == 60


# --- requests ---

@pytest.fixture(scope="module")
def secure_mesh(ecdsa_server, authority):
    return Mesh(ecdsa_server, functools.partial(Client, tls=authority.context()))


def test_the_first_line_of_the_log_says_https(ecdsa_server):
    assert f"listening on https://127.0.0.1:{ecdsa_server.port}" in ecdsa_server.lines[0]


def test_large_files_and_parts_of_them_are_downloaded(secure_mesh, authority, tmp_path):
    lake = Lake(secure_mesh)
    content = os.urandom(1024 * 1024) * 20
    (lake.folder / "part-0.csv").write_bytes(content)
    reader, client = secure_mesh.principal("user", "reader")
    lake.grant(reader)
    url = lake.resolve(client).json()["lease"]["urls"][0]["url"]
    assert url.startswith(f"{secure_mesh.server.url}/data/")

    whole, part = tmp_path / "whole", tmp_path / "part"
    assert curl(authority, "-o", whole, url).returncode == 0
    assert curl(authority, "-o", part, "-r", "5000000-15000016", url).returncode == 0

    assert whole.read_bytes() == content
    assert part.read_bytes() == content[5_000_000:15_000_017]


def test_large_files_are_uploaded(secure_mesh, authority, tmp_path):
    lake = Lake(secure_mesh)
    producer, client = secure_mesh.principal("service", "producer")
    lake.owner.must("POST", "/grants", {"grantee": producer, "resource": lake.product,
                                        "actions": ["describe", "write"], "reason": "a test"})
    content = os.urandom(1024 * 1024) * 20
    lease = lake.resolve(client, action="write", objects=[
        {"path": "part-9.csv", "size_bytes": len(content),
         "sha256": hashlib.sha256(content).hexdigest()}]).json()["lease"]
    source = tmp_path / "source"
    source.write_bytes(content)
    headers = itertools.chain(*(("-H", f"{name}: {value}") for name, value
                                in lease["urls"][0].get("headers", {}).items()))

    # Sent with Expect: 100-continue, as curl does with what is large.
    done = curl(authority, "-T", source, *headers, lease["urls"][0]["url"])

    assert done.returncode == 0, done.stderr
    assert (lake.folder / "part-9.csv").read_bytes() == content


def test_pipelined_requests_are_answered_in_order(ecdsa_server, authority):
    with socket.create_connection(("127.0.0.1", ecdsa_server.port), timeout=WAIT_S) as plain:
        with authority.context().wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            paths = ["/healthz", "/nothing", "/version"] * 50
            secure.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
                                    for path in paths[:-1])
                           + b"GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            received = b""
            while more := secure.recv(65536):
                received += more
    statuses = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200] * 50


def test_the_command_line_client_verifies_the_server(ecdsa_server, authority, clients):
    def api(server, *arguments, **environment):
        return subprocess.run(
            [binary(), "api", "GET", "me", "--server", server, *arguments], capture_output=True,
            text=True, timeout=WAIT_S, env={"PATH": os.environ["PATH"],
                                            "CHARTER_TOKEN": ecdsa_server.admin_token,
                                            **environment})

    assert api(ecdsa_server.url, "--ca-file", str(authority.certificate)).returncode == 0
    assert api(ecdsa_server.url, CHARTER_CA_FILE=str(authority.certificate)).returncode == 0
    unknown = api(ecdsa_server.url)
    assert unknown.returncode == 3 and "certificate" in unknown.stderr
    other = api(ecdsa_server.url, "--ca-file", str(clients.certificate))
    assert other.returncode == 3 and "certificate" in other.stderr
    name = api(f"https://localhost:{ecdsa_server.port}", "--ca-file", str(authority.certificate))
    assert name.returncode == 3 and "mismatch" in name.stderr
    assert api(ecdsa_server.url, "--ca-file", "/dev/null").returncode == 2


# --- certificates of clients ---

def test_a_client_with_a_certificate_of_the_authority_is_served(mutual_server, authority, clients):
    loader = clients.issue("loader", CLIENT)

    done = curl(authority, "--cert", loader.certificate, "--key", loader.key,
                f"{mutual_server.url}/healthz")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("version", [["--tls-max", "1.2"], ["--tlsv1.3"]])
def test_other_certificates_of_clients_are_refused(mutual_server, authority, clients, tmp_path,
                                                   version):
    stranger = Authority(tmp_path, "clients")
    between = clients.issue("loader", CLIENT)
    shown = {
        "none": None,
        "expired": clients.issue("loader", CLIENT, days=-1),
        "of another authority": stranger.issue("loader", CLIENT),
        "of the server's authority": authority.issue("loader", CLIENT),
        "signed by itself": Pair(stranger.certificate, stranger.key),
        "for servers": clients.issue("loader", "extendedKeyUsage=serverAuth"),
    }
    assert curl(authority, *version, "--cert", between.certificate, "--key", between.key,
                f"{mutual_server.url}/healthz").returncode == 0
    for what, pair in shown.items():
        own = ["--cert", pair.certificate, "--key", pair.key] if pair else []
        done = curl(authority, *version, *own, f"{mutual_server.url}/healthz")
        # 60 is also curl's number for the server's alert that a certificate has expired.
        mine = (0, 22, 58) if what == "expired" else (0, 22, 58, 60)
        assert done.returncode not in mine, (what, done.stderr)
        assert done.stdout == b"", what


def who(server, authority, pair, *more):
    """The status of /me and who it says the caller is."""
    done = subprocess.run(
        ["curl", "--silent", "--max-time", str(WAIT_S), "--cacert", str(authority.certificate),
         "--cert", str(pair.certificate), "--key", str(pair.key), *more,
         "--write-out", "\n%{http_code}", f"{server.url}/api/v1/me"],
        capture_output=True, text=True, timeout=2 * WAIT_S)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body).get("principal")


@pytest.fixture(scope="module")
def mutual_admin(mutual_server, authority, clients):
    """The administrator, over a certificate that is nobody's."""
    tls = authority.context(clients.issue("anybody", CLIENT))
    admin = Client(mutual_server.port, mutual_server.admin_token, tls=tls)
    admin.must("PUT", "/services/loader", {})
    admin.must("PUT", "/engines/trino", {})
    return admin


def test_a_certificate_is_its_principal(mutual_server, mutual_admin, authority, clients):
    loader = clients.issue("loader", CLIENT)
    trino = clients.issue("anything", CLIENT + "\nsubjectAltName=DNS:trino.example")
    assert who(mutual_server, authority, loader) == (200, "service:loader")
    assert who(mutual_server, authority, trino) == (200, "engine:trino")


def test_a_certificate_that_no_rule_names_or_two_do_is_nobodys(mutual_server, mutual_admin,
                                                              authority, clients):
    for name, extensions in (
            ("loader2", CLIENT),
            ("other", CLIENT + "\nsubjectAltName=DNS:trino.example.org"),
            ("other", CLIENT + "\nsubjectAltName=DNS:*.example"),
            ("loader", CLIENT + "\nsubjectAltName=DNS:trino.example")):
        shown = clients.issue(name, extensions)
        assert who(mutual_server, authority, shown) == (401, None), (name, extensions)


def test_a_token_goes_before_the_certificate(mutual_server, mutual_admin, authority, clients):
    loader = clients.issue("loader", CLIENT)
    made = mutual_admin.must("POST", "/tokens", {"principal": "engine:trino", "name": "test"})
    for header in (f"Authorization: Bearer {made['token']}", f"X-Api-Key: {made['token']}"):
        assert who(mutual_server, authority, loader, "--header", header) == (200, "engine:trino")
    for header in ("Authorization: Bearer wrong", "X-Api-Key: wrong", "Authorization: Basic eDp5"):
        assert who(mutual_server, authority, loader, "--header", header) == (401, None)


def test_a_disabled_principal_has_no_certificate(mutual_server, mutual_admin, authority, clients):
    loader = clients.issue("loader", CLIENT)
    mutual_admin.must("PATCH", "/services/loader", {"disabled": True})
    assert who(mutual_server, authority, loader) == (401, None)
    mutual_admin.must("PATCH", "/services/loader", {"disabled": False})
    assert who(mutual_server, authority, loader) == (200, "service:loader")


# --- reload ---

@pytest.fixture
def renewable(authority, tmp_path):
    """A server of one test and the pair of files that it reads."""
    first = authority.issue("server", SERVER)
    pair = Pair(tmp_path / "certificate.pem", tmp_path / "key.pem", first.serial)
    first.copy_to(pair)
    server = Server(tmp_path / "data", *pair.flags()).start()
    yield server, pair
    assert server.stop() == 0, server.log[-4000:]


def kept_alive(server, authority):
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=WAIT_S,
                                             context=authority.context())
    ask(connection)
    return connection


def ask(connection):
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read()


@pytest.mark.parametrize("how", ["signal", "change"])
def test_a_new_certificate_is_shown_and_connections_go_on(renewable, authority, how):
    server, pair = renewable
    assert shown_serial(server, authority) == pair.serial
    connection = kept_alive(server, authority)
    socket_of_before = connection.sock
    renewed = authority.issue("server", SERVER, key=RSA)

    renewed.copy_to(pair)
    if how == "signal":
        server.process.send_signal(signal.SIGHUP)
    while shown_serial(server, authority) != renewed.serial:
        ask(connection)

    ask(connection)
    assert connection.sock is socket_of_before
    assert int(connection.sock.getpeercert()["serialNumber"], 16) == pair.serial
    connection.close()


def test_a_broken_pair_leaves_the_old_one(renewable, authority):
    server, pair = renewable
    renewed = authority.issue("server", SERVER)
    key = pair.key.read_bytes()

    for broken in (renewed.certificate.read_bytes(), b"", b"-----BEGIN CERTIFICATE-----\nAA"):
        told = server.log.count("the old tls certificate stays")
        pair.certificate.write_bytes(broken)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.log.count("the old tls certificate stays") > told)
        assert shown_serial(server, authority) == pair.serial

    assert key not in server.log.encode()
    renewed.copy_to(pair)
    wait_until(lambda: shown_serial(server, authority) == renewed.serial)


def test_a_server_without_tls_outlives_the_signal(own_server):
    own_server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "SIGHUP" in own_server.log)

    assert Client(own_server.port).raw("GET", "/healthz").status == 200
    assert own_server.stop() == 0


# --- where to listen ---

def refused(tmp_path, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHARTER_")}
    done = subprocess.run([binary(), "serve", "--data", str(tmp_path / "data"), *arguments],
                          capture_output=True, text=True, timeout=WAIT_S, env=environment)
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "data").exists()
    return done.stderr


def test_other_machines_are_not_served_in_clear_unless_told(tmp_path, authority):
    for address in ("0.0.0.0:0", "[::]:0"):
        assert "--insecure" in refused(tmp_path, "--listen", "127.0.0.1:0", "--listen", address)

    told = Server(tmp_path / "data", "--listen", "0.0.0.0:0", "--insecure").start()
    wait_until(lambda: "INSECURE: 0.0.0.0:" in told.log)
    assert told.stop() == 0

    pair = authority.issue("server", SERVER)
    secure = Server(tmp_path / "data", "--listen", "0.0.0.0:0", *pair.flags()).start()
    assert shown_serial(secure, authority) == pair.serial
    assert secure.stop() == 0
    assert "INSECURE" not in secure.log


def test_settings_that_do_not_fit_together_are_refused(tmp_path, authority):
    pair = authority.issue("server", SERVER)
    config = tmp_path / "charter.yaml"

    assert "tls_key" in refused(tmp_path, "--tls-certificate", str(pair.certificate))
    assert "tls_certificate" in refused(tmp_path, "--tls-key", str(pair.key))
    for text in ("tls_client_ca: ca.pem", "tls_client_certificates: required",
                 "client_certificates: [{dns: a.example, principal: service:a}]",
                 "tls_certificat: a.pem"):
        config.write_text(text + "\n")
        assert "tls_c" in refused(tmp_path, "--config", str(config))
