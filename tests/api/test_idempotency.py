"""Idempotency-Key: the first answer is kept and given again."""
from scenario import unique


def grant_document(lake, grantee):
    return {"grantee": grantee, "resource": lake.product, "actions": ["read"], "reason": "test"}


def test_the_same_key_gives_the_same_answer_and_changes_once(mesh, lake):
    reader, _ = mesh.principal()
    key = {"Idempotency-Key": unique("key")}

    first = lake.owner.post("/grants", grant_document(lake, reader), key)
    again = lake.owner.post("/grants", grant_document(lake, reader), key)

    assert first.status == again.status == 201
    assert again.json() == first.json()
    assert len(lake.owner.get(f"/grants?grantee={reader}").json()["items"]) == 1


def test_the_same_key_with_another_body_is_422(mesh, lake):
    reader, _ = mesh.principal()
    key = {"Idempotency-Key": unique("key")}
    lake.owner.must("POST", "/grants", grant_document(lake, reader), key)

    other = lake.owner.post("/grants", {**grant_document(lake, reader), "reason": "other"}, key)

    assert (other.status, other.problem) == (422, "unprocessable")
    assert len(lake.owner.get(f"/grants?grantee={reader}").json()["items"]) == 1


def test_a_key_belongs_to_its_principal(mesh, lake):
    reader, _ = mesh.principal()
    key = {"Idempotency-Key": unique("key")}

    by_owner = lake.owner.post("/grants", grant_document(lake, reader), key)
    by_admin = mesh.admin.post("/grants", grant_document(lake, reader), key)

    assert by_owner.status == by_admin.status == 201
    assert by_owner.json()["id"] != by_admin.json()["id"]


def test_without_a_key_two_posts_are_two(mesh, lake):
    reader, _ = mesh.principal()

    ids = {lake.owner.must("POST", "/grants", grant_document(lake, reader))["id"] for _ in range(2)}

    assert len(ids) == 2


def test_a_token_is_not_given_twice(mesh, admin):
    principal, _ = mesh.principal()
    key = {"Idempotency-Key": unique("key")}
    body = {"principal": principal, "name": "once"}

    first = admin.post("/tokens", body, key)
    again = admin.post("/tokens", body, key)

    assert first.status == 201
    assert (again.status, again.problem) == (409, "conflict")
    assert first.json()["id"] in again.text
    assert first.json()["token"] not in again.text


def test_resolve_and_authorize_take_no_key(lake):
    key = {"Idempotency-Key": unique("key")}

    for path, body in (("/resolve", {"port": lake.port}),
                       ("/authorize", {"action": "read", "resource": lake.port})):
        answer = lake.owner.post(path, body, key)
        assert (answer.status, answer.problem) == (400, "invalid-request"), path


def test_a_refused_post_can_be_repaired_under_the_same_key(mesh, lake):
    reader, _ = mesh.principal()
    key = {"Idempotency-Key": unique("key")}

    broken = lake.owner.post("/grants", {**grant_document(lake, reader), "actions": []}, key)
    repaired = lake.owner.post("/grants", grant_document(lake, reader), key)

    assert broken.status == 400
    assert repaired.status in (201, 422)  # 422 where the refusal was kept as the first answer
