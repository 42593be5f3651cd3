"""What is suspended is closed at once, whatever rules say."""
import urllib.parse

import pytest

from charter_client import Client
from scenario import Lake, unique


@pytest.fixture
def fresh(mesh):
    return Lake(mesh)


@pytest.fixture
def reader(mesh, fresh):
    principal, client = mesh.principal("user", "reader")
    fresh.grant(principal)
    client.name = principal
    return client


def suspend(client, **what):
    answer = client.post("/suspensions", {"reason": "an incident", **what})
    assert answer.status == 201, repr(answer)
    assert answer.headers["Location"] == f"/api/v1/suspensions/{answer.json()['id']}"
    return answer.json()


def lift(client, suspension):
    answer = client.delete(f"/suspensions/{suspension['id']}?reason=over")
    assert answer.status == 204, repr(answer)


def url_of(lake, client):
    answer = lake.resolve(client)
    assert answer.status == 200, repr(answer)
    parts = urllib.parse.urlsplit(answer.json()["lease"]["urls"][0]["url"])
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("what", ["domain", "product", "port"])
def test_a_resource_is_closed_from_the_answer_on_with_its_leases(mesh, fresh, reader, what):
    url = url_of(fresh, reader)
    assert mesh.anonymous.raw("GET", url).status == 200
    suspension = suspend(mesh.admin, resource=getattr(fresh, what))

    denied = fresh.resolve(reader)
    assert denied.problem == "forbidden"
    assert denied.json()["decision"]["determined_by"] == [f"suspension:{suspension['id']}"]
    assert denied.json()["detail"].endswith("suspended: an incident")
    assert mesh.anonymous.raw("GET", url).status == 403
    batch = reader.post("/resolve", {"requests": [{"port": fresh.port, "action": "read"}] * 2})
    assert [each["status"] for each in batch.json()["results"]] == [403, 403]
    asked = reader.post("/authorize", {"action": "read", "resource": fresh.port}).json()
    assert asked["decision"] == {
        "allow": False, "reason": "suspended: an incident",
        "determined_by": [f"suspension:{suspension['id']}"]}
    assert reader.get(fresh.path).status == 200, "what is known of it stays"

    lift(mesh.admin, suspension)
    assert fresh.resolve(reader).status == 200
    assert mesh.anonymous.raw("GET", url).status == 200, "the lease was not ended"


def test_a_suspended_principal_is_shut_out_with_its_leases(mesh, fresh, reader):
    url = url_of(fresh, reader)
    suspension = suspend(mesh.admin, principal=reader.name)

    assert reader.get("/me").problem == "unauthenticated"
    assert fresh.resolve(reader).problem == "unauthenticated"
    assert mesh.anonymous.raw("GET", url).status == 403
    asked = mesh.admin.post("/authorize", {"principal": reader.name, "action": "read",
                                           "resource": fresh.port}).json()
    assert asked["decision"]["allow"] is False

    lift(mesh.admin, suspension)
    assert reader.get("/me").status == 200


def test_a_suspended_group_shuts_out_everybody_in_it(mesh, fresh, reader):
    group = unique("group")
    mesh.admin.must("PUT", f"/groups/{group}", {"members": [reader.name]})
    suspension = suspend(mesh.admin, principal=f"group:{group}")

    assert reader.get("/me").problem == "unauthenticated"
    mesh.admin.must("PUT", f"/groups/{group}", {"members": []})
    assert reader.get("/me").status == 200
    lift(mesh.admin, suspension)


def test_a_suspended_engine_or_user_is_not_asked_for(mesh, fresh, reader):
    engine = unique("engine")
    mesh.admin.must("PUT", f"/engines/{engine}", {"speaks_for": [reader.name]})
    client = mesh.as_(f"engine:{engine}")
    fresh.policy(f'permit (principal == Engine::"{engine}", action == Action::"enforce", '
                 f'resource in Domain::"{fresh.domain}");')
    ask = {"on_behalf_of": reader.name}
    assert fresh.resolve(client, **ask).status == 200
    assert fresh.resolve(client, subject_token=reader.token).status == 200

    suspension = suspend(mesh.admin, principal=reader.name)
    assert fresh.resolve(client, **ask).problem == "forbidden"
    assert fresh.resolve(client, subject_token=reader.token).status in (401, 403)
    lift(mesh.admin, suspension)
    suspension = suspend(mesh.admin, principal=f"engine:{engine}")
    assert fresh.resolve(client, **ask).problem == "unauthenticated"
    assert fresh.resolve(reader).status == 200
    lift(mesh.admin, suspension)


def test_a_suspended_storage_lends_nothing(mesh, fresh, reader):
    url = url_of(fresh, reader)
    suspension = suspend(mesh.admin, storage=fresh.storage)

    denied = fresh.resolve(reader)
    assert denied.problem == "forbidden"
    by = [f"suspension:{suspension['id']}"]
    assert denied.json()["decision"]["determined_by"] == by
    asked = reader.must("POST", "/authorize", {"action": "read", "resource": fresh.port})
    assert (asked["decision"]["allow"], asked["decision"]["determined_by"]) == (False, by)
    lake_writer, writer = mesh.principal()
    fresh.grant(lake_writer, actions=["write"])
    for resource in (fresh.port, fresh.product, fresh.domain):
        written = writer.must("POST", "/authorize", {"action": "write", "resource": resource})
        assert written["decision"]["allow"] is False, resource
    holders = fresh.owner.must("GET", f"/access/who?resource={fresh.port}&action=read")["items"]
    assert reader.name not in [each["principal"] for each in holders]
    assert mesh.anonymous.raw("GET", url).status == 403
    lift(mesh.admin, suspension)
    assert mesh.anonymous.raw("GET", url).status == 200


@pytest.mark.parametrize("what", ["product", "port"])
def test_what_is_hidden_and_suspended_stays_hidden(mesh, what):
    lake = Lake(mesh, visibility="hidden")
    stranger_name, stranger = mesh.principal()
    path = getattr(lake, what)
    suspension = suspend(mesh.admin, resource=path)

    assert lake.resolve(stranger).status == 404
    assert stranger.get(f"/suspensions/{suspension['id']}").status == 404
    assert stranger.get("/suspensions").json() == {"items": [], "next": None} or all(
        item["id"] != suspension["id"] for item in stranger.pages("/suspensions"))
    refused = stranger.post("/suspensions", {"resource": path, "reason": "r"})
    absent = stranger.post("/suspensions", {"resource": f"{lake.domain}/absent", "reason": "r"})
    assert (refused.status, absent.status) == (400, 400)
    assert refused.json()["errors"][0]["detail"] == f"there is no `{path}`"
    assert lake.owner.get(f"/suspensions/{suspension['id']}").status == 200
    assert stranger.delete(f"/suspensions/{suspension['id']}").status == 404
    lift(mesh.admin, suspension)


def test_owners_close_what_is_theirs_and_see_what_others_closed(mesh, fresh, reader):
    own = suspend(fresh.owner, resource=fresh.product)
    assert own["held_by"] == f"domain:{fresh.domain}"
    assert fresh.owner.post("/suspensions",
                            {"resource": fresh.product, "reason": "r"}).problem == "conflict"
    lift(fresh.owner, own)
    by_admin = suspend(mesh.admin, resource=fresh.product)
    assert by_admin["held_by"] == "mesh"

    assert fresh.owner.get(f"/suspensions/{by_admin['id']}").json()["reason"] == "an incident"
    assert by_admin["id"] in [item["id"] for item in fresh.owner.pages("/suspensions", limit=1)]
    assert fresh.owner.delete(f"/suspensions/{by_admin['id']}").problem == "forbidden"
    assert fresh.owner.delete(fresh.path).problem == "forbidden", "nor is it made anew"
    for what in ({"principal": reader.name}, {"storage": fresh.storage}):
        answer = fresh.owner.post("/suspensions", {"reason": "r", **what})
        assert answer.problem == "forbidden", repr(answer)
    lift(mesh.admin, by_admin)


def test_journal_and_ledger_say_who_and_why(mesh, fresh):
    cursor = mesh.admin.end_of_changes()
    suspension = suspend(fresh.owner, resource=fresh.port)
    lift(fresh.owner, suspension)

    for client in (mesh.admin, fresh.owner):
        items = [(item["kind"], item["resource"], item["change"])
                 for item in client.changes(cursor)]
        assert items == [("product", fresh.product, "suspended"),
                         ("suspension", suspension["id"], "created"),
                         ("product", fresh.product, "opened"),
                         ("suspension", suspension["id"], "deleted")]
    records = [record for record in mesh.admin.pages("/ledger")
               if any(change["id"] == suspension["id"] for change in record.get("changes", []))]
    assert sorted(record["reason"] for record in records) == ["an incident", "over"]
    assert all(record["resource"] == fresh.product for record in records)


@pytest.mark.parametrize("body", [
    {}, {"reason": "r"}, {"resource": "x"}, {"resource": "x", "reason": ""},
    {"resource": "x", "reason": " "}, {"resource": "x", "storage": "y", "reason": "r"},
    {"principal": "domain:x", "reason": "r"}, {"principal": "nobody", "reason": "r"},
    {"resource": "a/b/c/d", "reason": "r"}, {"resource": "x", "reason": "r", "until": "now"},
    {"resource": "x", "reason": "r" * 201}, [], "x"])
def test_what_cannot_be_suspended_is_400(mesh, body):
    assert mesh.admin.post("/suspensions", body).problem == "invalid-request"


def test_the_mesh_cannot_be_locked_out(mesh):
    for what in ("user:admin", "group:administrators"):
        answer = mesh.admin.post("/suspensions", {"principal": what, "reason": "r"})
        assert answer.problem == "conflict", repr(answer)
    assert mesh.admin.get("/me").status == 200


def test_a_suspension_survives_a_restart_and_goes_with_what_it_closes(own_server):
    admin = Client(own_server.port, own_server.admin_token)
    admin.must("PUT", "/users/ana", {})
    token = admin.must("POST", "/tokens", {"principal": "user:ana", "name": "t"})["token"]
    suspension = suspend(admin, principal="user:ana")
    admin.close()
    own_server.stop()
    own_server.start()

    again = Client(own_server.port, own_server.admin_token)
    assert again.with_token(token).get("/me").problem == "unauthenticated"
    again.must("DELETE", "/users/ana")
    assert again.get(f"/suspensions/{suspension['id']}").status == 404
    again.must("PUT", "/users/ana", {})
    token = again.must("POST", "/tokens", {"principal": "user:ana", "name": "t"})["token"]
    assert again.with_token(token).get("/me").status == 200
