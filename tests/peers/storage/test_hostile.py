"""A storage that is down, slow, lies or refuses: no lease, and the ledger says so."""
import pytest

from hostile import MODES, HostileStorage
from lake import S3Port, S3Storage
from scenario import unique

# Left out of a lease like every key that no location can have; the rest of the list is good.
HARMLESS = {"names_a_parent"}
LISTINGS = {"names_a_key_outside", "has_no_sizes", "never_ends"}  # wrong in listings only
REFUSED = [mode for mode in MODES if mode not in HARMLESS]
KEYS = ("AKIDHOSTILE", "the-secret-key-of-the-hostile-storage")


class Elsewhere(S3Storage):
    """A storage whose objects nobody puts: it makes them up."""

    def put(self, prefix, objects):
        pass


@pytest.fixture(scope="module")
def hostile(minio):
    running = HostileStorage(elsewhere=minio.endpoint)
    yield running
    running.close()


@pytest.fixture(scope="module")
def store(mesh, hostile):
    """It has no STS, so that it is its listings that are asked for."""
    return Elsewhere(mesh, hostile, "hostile", KEYS, sts=False)


@pytest.fixture(scope="module")
def store_with_sts(mesh, hostile):
    return Elsewhere(mesh, hostile, "hostile-sts", KEYS)


@pytest.fixture
def port(store, hostile):
    """A port that was made while the storage behaved; nothing of it was listed yet."""
    hostile.behave("good")
    return S3Port(store, f"{unique('hostile')}/customers/", {})


@pytest.fixture
def port_with_sts(store_with_sts, hostile):
    hostile.behave("good")
    return S3Port(store_with_sts, f"{unique('hostile')}/customers/", {})


def test_while_it_behaves_there_are_leases(port):
    assert [each["path"] for each in port.lease(port.reader())["urls"]] == ["part-0"]


def test_a_key_with_dots_is_left_out(port, hostile):
    client = port.reader()
    hostile.behave("names_a_parent")

    assert port.lease(client, delivery="urls")["urls"] == []


def refused_for_now(port, client, **document):
    """The resolve is answered 503, releases nothing, and is in the ledger."""
    answer = port.resolve(client, **document)

    assert answer.status == 503, repr(answer)
    assert answer.problem == "unavailable"
    body = answer.text
    for secret in (*KEYS, "X-Amz", "session_token", "urn:charter:lease", port.storage.uri("")):
        assert secret not in body
    newest = port.ledger()[0]
    assert newest["allow"] is False, newest
    assert "storage" in newest["reason"], newest
    assert "lease" not in newest
    return newest


@pytest.mark.parametrize("mode", REFUSED)
def test_no_urls_are_released(port, hostile, mode):
    client = port.reader()
    hostile.behave(mode)

    refused_for_now(port, client, delivery="urls")

    assert client.pages("/leases") == []


@pytest.mark.parametrize("mode", [mode for mode in REFUSED if mode not in LISTINGS])
def test_no_credentials_are_released(port_with_sts, hostile, mode):
    client = port_with_sts.reader()
    hostile.behave(mode)

    # URLs for reading are not signed by other keys instead.
    refused_for_now(port_with_sts, client, delivery="urls")
    refused_for_now(port_with_sts, client, delivery="credentials")


def test_a_listing_instead_of_credentials_is_refused(port_with_sts, hostile):
    client = port_with_sts.reader()
    hostile.behave("good")

    refused_for_now(port_with_sts, client, delivery="credentials")


# The first page of an endless list is an answer.
@pytest.mark.parametrize("mode", [mode for mode in REFUSED if mode != "never_ends"])
def test_no_location_is_registered(store, hostile, mode):
    domain, _ = store.mesh.domain()
    hostile.behave(mode)

    answer = store.mesh.admin.put(f"/domains/{domain}/locations/main",
                                  {"storage": store.name, "uri": store.uri(f"{domain}/")})

    assert answer.status in (422, 503), repr(answer)
    assert "storage" in answer.json()["detail"], repr(answer)
    for secret in KEYS:
        assert secret not in answer.text
    assert store.mesh.admin.get(f"/domains/{domain}/locations/main").status == 404


def test_the_administrator_reads_what_the_storage_said(store, hostile):
    domain, _ = store.mesh.domain()
    hostile.behave("denies")

    answer = store.mesh.admin.put(f"/domains/{domain}/locations/main",
                                  {"storage": store.name, "uri": store.uri(f"{domain}/")})

    assert "AccessDenied" in answer.text, repr(answer)


def test_no_redirect_is_followed(port, hostile, minio):
    client, before = port.reader(), minio.log()
    hostile.behave("redirects")
    asked = len(hostile.asked)

    refused_for_now(port, client)

    assert len(hostile.asked) > asked
    assert minio.log() == before


def test_a_storage_that_is_down_and_comes_back(mesh, tmp_path):
    going = HostileStorage()
    store = Elsewhere(mesh, going, "going-down", KEYS)
    port = S3Port(store, f"{unique('down')}/customers/", {})
    client = port.reader()
    going.close()

    refused_for_now(port, client)

    domain, _ = mesh.domain()
    answer = mesh.admin.put(f"/domains/{domain}/locations/main",
                            {"storage": store.name, "uri": store.uri(f"{domain}/")})
    assert answer.status in (422, 503), repr(answer)


def test_others_are_served_meanwhile(storage, port, hostile):
    client = port.reader()
    hostile.behave("denies")
    refused_for_now(port, client)
    other = storage.port(objects={"a": b"a"})

    assert len(other.lease(other.reader())["urls"]) == 1


def test_its_secrets_are_in_no_log(server, hostile):
    assert KEYS[1] not in server.log
