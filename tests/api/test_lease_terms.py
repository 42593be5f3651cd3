"""What is asked before a lease, what it says of itself, and what is kept of it."""
import datetime
import hashlib
import struct

import pytest

from scenario import COLUMNS, Lake, in_seconds, unique


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.fixture
def reader(mesh):
    return mesh.principal("user", "reader")


@pytest.fixture
def shrunk(mesh, reader):
    """A port whose second version has lost the column that the reader may not read."""
    lake = Lake(mesh)
    mesh.admin.must("PUT", "/tags/class", {"values": ["pii"], "description": "what it is"})
    document = lake.document()
    document["ports"][0]["columns"] = [dict(COLUMNS[0]), {**COLUMNS[1], "tags": {"class": ["pii"]}}]
    lake.owner.must("PUT", lake.path, document)
    lake.owner.must("POST", f"{lake.path}/publish", {"version": "1.1.0"})
    lake.policy(f'forbid (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
                'when { resource.hasTag("class") && resource.getTag("class").contains("pii") };')
    lake.grant(reader[0])
    document["ports"][0]["columns"] = COLUMNS[:1]
    lake.owner.must("PUT", lake.path, document)
    lake.owner.must("POST", f"{lake.path}/publish", {"version": "2.0.0"})
    return lake


def test_a_withdrawn_column_keeps_raw_access_closed(shrunk, reader):
    answer = shrunk.resolve(reader[1])

    assert (answer.status, answer.problem) == (403, "enforcement-required")
    assert "lease" not in answer.json() and "location" not in answer.json()
    assert "c_email_address" not in answer.text


def test_the_owner_is_told_what_is_withdrawn_and_others_are_not(shrunk, reader):
    shown = shrunk.owner.get(shrunk.path)
    own = shown.json()

    assert own["withdrawn"] == {"files": ["c_email_address"]}
    assert "withdrawn" not in reader[1].get(shrunk.path).json()
    # What was read is put back as it is; another value is refused.
    assert shrunk.owner.put(shrunk.path, own).etag == shown.etag.replace("-draft", "")
    own["withdrawn"] = {}
    assert shrunk.owner.put(shrunk.path, own).pointers == ["/withdrawn"]


def test_a_new_location_is_the_way_out(mesh, shrunk, reader):
    document = shrunk.document()
    document["ports"][0]["columns"] = COLUMNS[:-1]
    document["ports"][0]["location"] = f"local://{shrunk.storage}/{shrunk.domain}/customers-v2/"
    shrunk.owner.must("PUT", shrunk.path, document)
    assert shrunk.resolve(reader[1]).status == 403, "a draft moves nothing"
    shrunk.owner.must("POST", f"{shrunk.path}/publish", {"version": "3.0.0"})

    assert shrunk.resolve(reader[1]).status == 200
    assert "withdrawn" not in shrunk.owner.get(shrunk.path).json()


def test_the_difference_of_versions_stays_what_it_was(shrunk):
    diff = shrunk.owner.must("GET", f"{shrunk.path}/versions/1.1.0/diff/2.0.0")

    assert [(each["column"], each["breaking"]) for each in diff["changes"]] == [("c_email_address", True)]


def test_a_lease_ends_with_its_grant(mesh, lake, reader):
    end = in_seconds(60)
    lake.grant(reader[0], expires_at=end)

    lease = lake.resolve(reader[1], duration_s=3600).json()["lease"]

    assert lease["expires_at"] == end
    lake.grant(reader[0])
    assert lake.resolve(reader[1], duration_s=3600).json()["lease"]["expires_at"] > end


def test_a_lease_ends_with_the_token_it_was_asked_with(mesh, lake, reader):
    end = in_seconds(60)
    lake.grant(reader[0])
    brief = mesh.admin.must("POST", "/tokens", {"principal": reader[0], "name": "brief", "expires_at": end})

    lease = lake.resolve(reader[1].with_token(brief["token"]), duration_s=3600).json()["lease"]

    assert lease["expires_at"] == end


# --- explain ---

def explained(client, lake, **question):
    answer = client.post("/authorize", {"action": "read", "resource": lake.port, "explain": True, **question})
    assert answer.status == 200, repr(answer)
    return answer.json()


def test_explain_says_what_a_lease_would_be_and_makes_none(mesh, lake, reader):
    end = in_seconds(100)
    lake.grant(reader[0], expires_at=end)

    lease = explained(reader[1], lake)["lease"]

    assert lease == {"location": f"local://{lake.storage}/{lake.domain}/customers/",
                     "delivery": ["urls", "none"], "ends_no_later_than": end, "session_policy": None}
    assert reader[1].pages("/leases") == []
    assert mesh.admin.pages(f"/ledger?principal={reader[0]}") == []


def test_explain_tells_owners_and_auditors_about_others(mesh, lake, reader):
    lake.grant(reader[0])
    own = explained(reader[1], lake)["lease"]

    for client in (lake.owner, mesh.admin):
        lease = explained(client, lake, principal=reader[0])["lease"]
        assert lease["location"] == own["location"]


def test_explain_says_nothing_of_a_lease_when_the_answer_is_no(mesh, lake, reader, shrunk):
    assert "lease" not in explained(reader[1], lake)
    assert "lease" not in explained(reader[1], lake, action="write")
    assert "lease" not in explained(reader[1], shrunk)
    lake.grant(reader[0])
    assert "lease" not in explained(reader[1], lake, action="write")
    assert "lease" not in explained(reader[1], lake, resource=lake.product)
    assert "lease" not in reader[1].post("/authorize", {"action": "read", "resource": lake.port}).json()
    purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{purpose}", {"description": "d", "claimable_by": ["user:admin"]})
    assert "lease" not in explained(reader[1], lake, purpose=purpose)


# --- what is kept, and its end ---

def test_the_ledger_has_what_was_opened_by_its_hash(mesh, lake, reader):
    lake.grant(reader[0])
    lease = lake.resolve(reader[1]).json()["lease"]

    record = mesh.admin.get(f"/ledger/{lease['id']}")

    message = b"".join(struct.pack("<Q", len(name)) + name.encode() + struct.pack("<Q", len(content))
                       for name, content in sorted(lake.files.items()))
    kept = record.json()["lease"]
    assert kept == {"expires_at": lease["expires_at"], "delivery": "urls", "storage": lake.storage,
                    "storage_id": mesh.admin.get(f"/storages/{lake.storage}").json()["id"],
                    "kind": "local", "root": lake.storage, "prefix": f"{lake.domain}/customers/",
                    "objects": len(lake.files), "size_bytes": sum(map(len, lake.files.values())),
                    "objects_sha256": hashlib.sha256(message).hexdigest()}
    assert "sig=" not in record.text and "/data/" not in record.text and "part-0" not in record.text


def test_the_hash_follows_the_objects(mesh, reader):
    lake = Lake(mesh)
    lake.grant(reader[0])

    def opened():
        lease = lake.resolve(reader[1]).json()["lease"]
        return mesh.admin.get(f"/ledger/{lease['id']}").json()["lease"]["objects_sha256"]

    first, again = opened(), opened()
    (lake.folder / "part-2.csv").write_bytes(b"x")
    assert first == again != opened()


def test_a_local_lease_ends_with_204_and_leaves_the_list(mesh, lake, reader):
    lake.grant(reader[0])
    lease = lake.resolve(reader[1]).json()["lease"]
    assert [each["id"] for each in reader[1].pages("/leases")] == [lease["id"]]

    ended = reader[1].delete(f"/leases/{lease['id']}")

    assert (ended.status, ended.body) == (204, b"")
    assert reader[1].pages("/leases") == []
    shown = reader[1].get(f"/leases/{lease['id']}").json()
    assert (shown["state"], shown["delivery"]) == ("ended", "urls")
    assert reader[1].delete(f"/leases/{lease['id']}").status == 204
