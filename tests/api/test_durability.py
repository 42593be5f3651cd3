"""Restart and kill -9: what was acknowledged is there, and nothing is half there."""
import http.client
import json
import threading

import pytest

from charter_client import Client
from scenario import Lake, Mesh, unique


def test_a_restart_finds_everything_as_it_was(own_server):
    mesh = Mesh(own_server, Client)
    key = unique("key")
    mesh.admin.must("PUT", f"/tags/{key}", {"values": ["a"], "description": "d"})
    mesh.admin.must("PUT", "/purposes/analytics", {"description": "d"})
    mesh.admin.must("PUT", "/guardrails/guard", {
        "cedar": 'forbid (principal == User::"admin", action == Action::"read", resource);'})
    for kind in ("group", "service", "engine"):
        mesh.principal(kind)
    lake = Lake(mesh)
    reader, client = mesh.principal()
    grant = lake.grant(reader, purposes=["analytics"])
    revoked = lake.grant(reader)
    lake.owner.must("DELETE", f"/grants/{revoked['id']}")
    lake.policy(f'forbid (principal == User::"admin", action in [Action::"read"], '
                f'resource in Domain::"{lake.domain}");')
    lease = lake.resolve(client, purpose="analytics").json()["lease"]
    idempotency = {"Idempotency-Key": "kept"}
    body = {"grantee": reader, "resource": lake.product, "actions": ["describe"], "reason": "r"}
    kept = lake.owner.post("/grants", body, idempotency).json()

    paths = [
        "/me", "/domains", f"/domains/{lake.domain}", f"/domains/{lake.domain}/locations", lake.path,
        f"/domains/{lake.domain}/products", f"{lake.path}/versions", f"{lake.path}/versions/1.0.0",
        f"/domains/{lake.domain}/policies", "/guardrails", "/storages", "/purposes", "/tags",
        "/users", "/groups", "/services", "/engines", "/tokens", "/grants", f"/grants/{grant['id']}",
        f"/leases/{lease['id']}", "/changes", "/ledger", "/search?q=customers"]
    before = {path: mesh.admin.get(path) for path in paths}
    assert own_server.stop() == 0
    own_server.start()
    admin = Client(own_server.port, own_server.admin_token)
    after = {path: admin.get(path) for path in paths}

    for path in paths:
        assert before[path].status == 200, (path, before[path])
        assert after[path].json() == before[path].json(), path
        assert after[path].etag == before[path].etag, path
    owner = Client(own_server.port, lake.owner.token)
    reading = Client(own_server.port, client.token)
    assert lake.resolve(reading, purpose="analytics").status == 200
    assert lake.resolve(reading).status == 403
    assert owner.post("/grants", body, idempotency).json() == kept
    assert admin.post("/ledger/verify").json()["valid"] is True


@pytest.mark.parametrize("round_", range(3))
def test_kill_9_during_writes_loses_no_acknowledged_write(own_server, round_):
    mesh = Mesh(own_server, Client)
    lake = Lake(mesh)
    reader, reading = mesh.principal()
    lake.grant(reader)
    lock, enough = threading.Lock(), threading.Event()
    acknowledged, decisions = {}, []

    def write(client, word):
        try:
            for number in range(1_000_000):
                path = f"/domains/{lake.domain}/products/{word}-{number % 20}"
                answer = client.put(path, {"title": f"{word} {number}"})
                assert answer.status in (200, 201), repr(answer)
                with lock:
                    acknowledged[path] = (answer.json()["revision"], f"{word} {number}")
                    if len(acknowledged) >= 60 + 7 * round_:
                        enough.set()
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return  # the server is gone, as it should be

    def ask(client):
        try:
            while True:
                answer = lake.resolve(client)
                with lock:
                    decisions.append(answer.json()["decision"]["id"])
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return

    threads = [threading.Thread(target=write, args=(lake.owner.again(), f"w{i}")) for i in range(4)]
    threads += [threading.Thread(target=ask, args=(reading.again(),))]
    for thread in threads:
        thread.start()
    assert enough.wait(120)
    own_server.kill()
    for thread in threads:
        thread.join()

    own_server.start()
    admin = Client(own_server.port, own_server.admin_token)
    for path, (revision, title) in acknowledged.items():
        product = admin.get(path).json()
        assert product["revision"] >= revision, path
        assert product["revision"] > revision or product["title"] == title
    for decision in decisions:
        assert admin.get(f"/ledger/{decision}").status == 200
    assert admin.post("/ledger/verify").json()["valid"] is True
    # Nothing is half there: what is listed has been journalled, and the other way round.
    journalled = {item["resource"] for item in admin.changes()
                  if item["resource"].startswith(f"{lake.domain}/w")}
    listed = {f"{lake.domain}/{item['name']}"
              for item in admin.pages(f"/domains/{lake.domain}/products", 1000)}
    assert journalled == {name for name in listed if name.startswith(f"{lake.domain}/w")}


def test_a_graceful_stop_ends_well_and_listens_no_more(own_server):
    admin = Client(own_server.port, own_server.admin_token)
    admin.must("GET", "/me")

    assert own_server.stop() == 0
    with pytest.raises((OSError, http.client.HTTPException)):
        Client(own_server.port).raw("GET", "/healthz")


def test_the_administrators_token_is_made_once(own_server):
    token = own_server.admin_token
    own_server.stop()
    own_server.start()

    assert own_server.admin_token == token
    assert Client(own_server.port, token).get("/me").status == 200
