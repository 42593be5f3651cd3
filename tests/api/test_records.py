"""The journal and the ledger: what is in them, who reads them, and that they hold."""
import json
import threading

import pytest

from scenario import Lake, unique


def test_the_journal_has_every_change_once_and_in_order(mesh, admin):
    cursor = admin.end_of_changes()
    lake = Lake(mesh)
    reader, _ = mesh.principal()
    grant = lake.grant(reader)
    lake.owner.must("DELETE", f"/grants/{grant['id']}")

    items = admin.changes(cursor)

    def position(resource, change=None):
        found = [i for i, item in enumerate(items) if item["resource"] == resource
                 and change in (None, item["change"])]
        assert found, (resource, change, items)
        return found[0]

    assert position(lake.domain) < position(lake.product, "created") < position(
        lake.product, "published")
    assert all(set(item) >= {"at", "by", "kind", "resource", "change"} for item in items)
    sequence = [item["seq"] for item in items]
    assert sequence == list(range(sequence[0], sequence[0] + len(items)))


def test_only_auditors_see_sequence_numbers(mesh, lake):
    assert all("seq" not in item for item in lake.owner.changes())


def test_a_waiting_reader_is_told_of_the_next_change(mesh, admin):
    cursor = admin.end_of_changes()
    name = unique("waited")
    found = []

    def wait(client):
        found.append(client.get(f"/changes?after={cursor}&wait_s=30"))

    waiting = threading.Thread(target=wait, args=(admin.again(),))
    waiting.start()
    admin.must("PUT", f"/purposes/{name}", {"description": "d"})
    waiting.join()

    assert any(item["resource"] == name for item in found[0].json()["items"])


@pytest.mark.parametrize("query", ["after=garbage", "wait_s=31", "wait_s=-1", "limit=0", "seq=1"])
def test_a_query_of_the_journal_that_cannot_be_is_400(admin, query):
    assert admin.get(f"/changes?{query}").problem == "invalid-request"


def test_each_change_leaves_one_record_of_who_and_why(mesh):
    principal, client = mesh.principal()
    domain = unique("domain")
    mesh.admin.must("PUT", f"/domains/{domain}", {"title": "T", "owners": [principal]})

    client.must("PUT", f"/domains/{domain}/products/p", {"title": "T"})

    records = mesh.admin.pages(f"/ledger?principal={principal}")
    assert len(records) == 1
    assert records[0]["allow"] is True
    assert any(label.startswith("builtin:owners-manage") for label in records[0]["determined_by"])


def test_the_ledger_is_for_auditors(mesh, lake):
    _, stranger = mesh.principal()
    auditor, auditor_client = mesh.principal()
    members = mesh.admin.get("/groups/auditors").json().get("members", [])
    mesh.admin.must("PUT", "/groups/auditors", {"members": [*members, auditor]})
    decision = lake.resolve(lake.owner).json()["decision"]["id"]

    assert auditor_client.get(f"/ledger/{decision}").status == 200
    assert decision in [record["id"] for record in auditor_client.pages("/ledger", 1000)]
    for path in (f"/ledger/{decision}", "/ledger"):
        answer = stranger.get(path)
        assert answer.status in (403, 404) or answer.json()["items"] == []


def test_an_owner_reads_the_decisions_on_her_domain(mesh):
    lake, other = Lake(mesh), Lake(mesh)
    reader, client = mesh.principal()
    mine = lake.resolve(client).json()["decision"]["id"]
    theirs = other.resolve(client).json()["decision"]["id"]

    seen = [record["id"] for record in lake.owner.pages(f"/ledger?resource={lake.domain}", 1000)]

    assert mine in seen and theirs not in seen
    assert lake.owner.get(f"/ledger/{theirs}").status == 404


def test_decisions_are_filtered(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    denied = lake.resolve(client).json()["decision"]["id"]
    lake.grant(reader)
    allowed = lake.resolve(client).json()["decision"]["id"]

    def ids(query):
        return [record["id"] for record in mesh.admin.pages(f"/ledger?principal={reader}&{query}")]

    at = mesh.admin.get(f"/ledger/{allowed}").json()["at"]
    assert ids("limit=10") == [allowed, denied]
    assert ids("allow=true") == [allowed]
    assert ids("allow=false") == [denied]
    assert allowed in ids(f"from={at}")
    assert allowed not in ids(f"to={at}")
    assert set(ids(f"resource={lake.port}")) == {allowed, denied}


def test_a_decision_refers_to_the_evidence_it_used(mesh, lake):
    reader, client = mesh.principal()
    lake.grant(reader)
    decision = lake.resolve(client).json()["decision"]["id"]

    record = mesh.admin.get(f"/ledger/{decision}").json()

    assert record["evidence"]


def test_pages_of_the_ledger_hold_each_record_once(mesh, lake):
    reader, client = mesh.principal()
    made = [lake.resolve(client).json()["decision"]["id"] for _ in range(7)]

    seen = [record["id"] for record in mesh.admin.pages(f"/ledger?principal={reader}", limit=2)]

    assert seen == made[::-1]


def test_the_ledger_verifies(mesh, admin):
    answer = admin.post("/ledger/verify")

    assert answer.status == 200
    assert answer.json()["valid"] is True
    assert answer.json()["records"] > 0


def test_the_ledger_is_exported_as_lines(mesh, lake):
    reader, client = mesh.principal()
    made = {lake.resolve(client).json()["decision"]["id"] for _ in range(3)}

    answer = mesh.admin.get(f"/ledger?principal={reader}", {"Accept": "application/x-ndjson"})

    assert answer.headers.get_content_type() == "application/x-ndjson"
    assert {json.loads(line)["id"] for line in answer.text.splitlines()} == made
