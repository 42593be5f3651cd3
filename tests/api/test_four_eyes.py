"""Changes that wait for a second administrator."""
import pytest

from charter_client import Client
from charter_server import Server
from fake_s3 import ALLOWED
from scenario import Mesh, unique


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Founded with one administrator; the second comes before four_eyes is turned on."""
    data = tmp_path_factory.mktemp("four-eyes") / "data"
    first = Server(data, environment=ALLOWED).start()
    admin = Client(first.port, first.admin_token)
    for name in ("second", "third"):
        admin.must("PUT", f"/users/{name}", {})
        made = admin.must("POST", "/tokens", {"principal": f"user:{name}", "name": "test"})
        (data / f"{name}.token").write_text(made["token"])
    admin.must("PUT", "/groups/administrators", {"members": ["user:admin", "user:second"]})
    admin.close()
    assert first.stop() == 0
    running = Server(data, environment={**ALLOWED, "CHARTER_FOUR_EYES": "true"}).start()
    yield running
    assert running.stop() == 0, running.log[-4000:]


@pytest.fixture(scope="module")
def mesh(server):
    return Mesh(server, Client)


@pytest.fixture(scope="module")
def admin(mesh):
    return mesh.admin


@pytest.fixture(scope="module")
def second(mesh, server):
    return mesh.admin.with_token((server.data / "second.token").read_text())


@pytest.fixture(scope="module")
def nobody(mesh, server):
    return mesh.admin.with_token((server.data / "third.token").read_text())


def propose(client, method, path, document=None):
    answer = client.request(method, path, document)
    assert answer.status == 202, answer
    approval = answer.json()
    assert approval["state"] == "pending"
    assert answer.headers["Location"] == f"/api/v1/approvals/{approval['id']}"
    return approval["id"]


def test_an_engine_is_there_once_a_second_administrator_approves(admin, second):
    name = unique("trino")
    approval = propose(admin, "PUT", f"/engines/{name}", {"enforces": ["rows"]})
    assert admin.request("GET", f"/engines/{name}").status == 404
    shown = second.must("GET", f"/approvals/{approval}")
    assert (shown["by"], shown["kind"], shown["resource"]) == ("user:admin", "engine", name)
    assert shown["body"] == {"enforces": ["rows"]}
    decided = second.must("POST", f"/approvals/{approval}/approve", {"note": "seen"})
    assert (decided["state"], decided["decided_by"], decided["note"]) == \
        ("approved", "user:second", "seen")
    assert admin.must("GET", f"/engines/{name}")["updated_by"] == "user:admin"


def test_nobody_approves_what_he_asked_for_and_only_administrators_decide(admin, second, nobody):
    approval = propose(admin, "PUT", f"/engines/{unique('trino')}", {})
    for step in ("approve", "deny"):
        assert admin.request("POST", f"/approvals/{approval}/{step}").problem == "forbidden"
        assert nobody.request("POST", f"/approvals/{approval}/{step}").problem == "not-found"
    assert second.request("POST", f"/approvals/{approval}/withdraw").problem == "forbidden"
    assert second.must("GET", f"/approvals/{approval}")["state"] == "pending"


@pytest.mark.parametrize("step,by", [("deny", "second"), ("withdraw", "admin")])
def test_what_is_decided_stays_decided(step, by, admin, second):
    name = unique("trino")
    approval = propose(admin, "PUT", f"/engines/{name}", {})
    who = {"admin": admin, "second": second}[by]
    who.must("POST", f"/approvals/{approval}/{step}")
    again = second.request("POST", f"/approvals/{approval}/approve")
    assert (again.status, again.problem) == (409, "conflict")
    assert admin.request("GET", f"/engines/{name}").status == 404


def test_what_cannot_be_done_does_not_wait(admin):
    answer = admin.request("PUT", f"/engines/{unique('trino')}", {"enforces": ["everything"]})
    assert (answer.status, answer.problem) == (400, "invalid-request")


def test_what_changes_nothing_does_not_wait(admin, second):
    name = unique("trino")
    approval = propose(admin, "PUT", f"/engines/{name}", {"title": "T"})
    second.must("POST", f"/approvals/{approval}/approve")
    assert admin.request("PUT", f"/engines/{name}", {"title": "T"}).status == 200


def test_it_is_made_on_what_was_seen(admin, second):
    name = unique("trino")
    first = propose(admin, "PUT", f"/engines/{name}", {"title": "one"})
    other = propose(admin, "PUT", f"/engines/{name}", {"title": "two"})
    second.must("POST", f"/approvals/{first}/approve")
    stale = second.request("POST", f"/approvals/{other}/approve")
    assert (stale.status, stale.problem) == (409, "conflict")
    assert admin.must("GET", f"/engines/{name}")["title"] == "one"
    late = propose(admin, "PATCH", f"/engines/{name}", {"title": "three"})
    again = propose(admin, "DELETE", f"/engines/{name}")
    second.must("POST", f"/approvals/{late}/approve")
    assert second.request("POST", f"/approvals/{again}/approve").status == 409
    gone = propose(admin, "DELETE", f"/engines/{name}")
    second.must("POST", f"/approvals/{gone}/approve")
    assert admin.request("GET", f"/engines/{name}").status == 404


def test_who_is_in_a_group_waits_and_its_title_does_not(admin, second):
    name = unique("staff")
    admin.must("PUT", f"/groups/{name}", {"members": ["user:third"]})
    assert admin.request("PATCH", f"/groups/{name}", {"title": "Staff"}).status == 200
    approval = propose(admin, "PATCH", f"/groups/{name}", {"members": []})
    assert admin.must("GET", f"/groups/{name}")["members"] == ["user:third"]
    second.must("POST", f"/approvals/{approval}/approve")
    assert admin.must("GET", f"/groups/{name}")["members"] == []
    propose(admin, "PATCH", f"/groups/{name}",
            {"claimed": [{"issuer": "corp", "group": "everybody"}]})


def test_owners_wait_when_an_administrator_changes_them(admin, second, mesh):
    domain, owner = mesh.domain()
    approval = propose(admin, "PATCH", f"/domains/{domain}", {"owners": ["user:third"]})
    assert owner.must("GET", f"/approvals/{approval}")["resource"] == domain
    assert admin.request("PATCH", f"/domains/{domain}", {"title": "Other"}).status == 200
    stale = second.request("POST", f"/approvals/{approval}/approve")
    assert stale.status == 409, "the revision is another"
    owners = owner.must("GET", f"/domains/{domain}")["owners"]
    mine = owner.request("PATCH", f"/domains/{domain}", {"owners": [*owners, "user:third"]})
    assert mine.status == 200


@pytest.mark.parametrize("role", ["members", "stewards"])
def test_so_does_who_is_in_the_team_of_a_domain(role, admin, mesh):
    domain, owner = mesh.domain()
    propose(admin, "PATCH", f"/domains/{domain}", {role: ["user:third"]})
    assert owner.must("GET", f"/domains/{domain}").get(role, []) == []
    assert owner.request("PATCH", f"/domains/{domain}", {role: ["user:third"]}).status == 200


def test_an_administrator_is_not_disabled_by_one_alone(admin, second):
    propose(admin, "PATCH", "/users/second", {"disabled": True})
    assert second.must("GET", "/me")["principal"] == "user:second"
    propose(admin, "PATCH", "/users/third", {"identity": {"issuer": "corp", "subject": "7"}})


def test_a_storages_secret_waits_sealed(admin, second, empty_s3, server):
    name, secret = unique("cloud"), "Nobody-Sees-This-Secret"
    document = {"kind": "s3", "region": "us-east-1", "bucket": "empty",
                "endpoint": empty_s3.endpoint, "path_style": True, "sts": False,
                "credentials": {"access_key_id": "id", "secret_access_key": secret}}
    approval = propose(admin, "PUT", f"/storages/{name}", document)
    shown = second.must("GET", f"/approvals/{approval}")
    assert shown["body"]["credentials"] == {"access_key_id": "id"}
    second.must("POST", f"/approvals/{approval}/approve")
    assert admin.must("GET", f"/storages/{name}")["bucket"] == "empty"
    for file in server.data.glob("charter.db*"):
        assert secret.encode() not in file.read_bytes()
    assert secret not in server.log


def test_the_owners_of_a_storages_domains_see_its_changes(admin, second, mesh):
    domain, owner = mesh.domain()
    name = unique("lake")
    approval = propose(admin, "PUT", f"/storages/{name}",
                       {"kind": "local", "root": name, "delegated": {domain: [f"{domain}/"]}})
    second.must("POST", f"/approvals/{approval}/approve")
    seen = [each for each in owner.must("GET", "/changes?limit=1000")["items"]
            if (each["kind"], each["resource"]) == ("storage", name)]
    assert [each["change"] for each in seen] == ["created"]
    late = propose(admin, "PATCH", f"/domains/{domain}", {"owners": ["user:third"]})
    change = propose(admin, "PUT", f"/storages/{name}",
                     {"kind": "local", "root": name, "delegated": {}})
    assert owner.must("GET", f"/approvals/{change}")["kind"] == "storage"
    second.must("POST", f"/approvals/{late}/deny")


def test_the_list_shows_what_waits(admin, second, nobody):
    approval = propose(admin, "PUT", f"/engines/{unique('trino')}", {})
    waiting = second.must("GET", "/approvals?state=pending&limit=1000")["items"]
    assert approval in [each["id"] for each in waiting]
    assert all(each["state"] == "pending" for each in waiting)
    assert approval not in [each["id"] for each in nobody.must("GET", "/approvals")["items"]]
    assert second.request("GET", "/approvals?state=other").problem == "invalid-request"


@pytest.mark.parametrize("body", ['{"note": 7}', '{"other": ""}', "[]", "7", '{"note": "%s"}' % ("x" * 1001)])
def test_a_note_is_a_short_text(body, admin, second):
    approval = propose(admin, "PUT", f"/engines/{unique('trino')}", {})
    answer = second.request("POST", f"/approvals/{approval}/approve", body=body,
                            headers={"Content-Type": "application/json"})
    assert answer.status == 400, answer


def test_without_a_second_administrator_nothing_waits_for_one(tmp_path):
    alone = Server(tmp_path / "data", environment={"CHARTER_FOUR_EYES": "true"}).start()
    client = Client(alone.port, alone.admin_token)
    answer = client.request("PUT", "/engines/trino", {})
    client.close()
    alone.stop()
    assert (answer.status, answer.problem) == (409, "conflict")


def test_one_administrator_alone_suspends_no_other(mesh, admin):
    principal, client = mesh.principal()
    answer = admin.post("/suspensions", {"principal": "user:second", "reason": "r"})
    assert answer.problem == "conflict", repr(answer)

    made = admin.must("POST", "/suspensions", {"principal": principal, "reason": "r"})
    assert client.get("/me").problem == "unauthenticated", "others are shut out at once"
    admin.must("DELETE", f"/suspensions/{made['id']}")
