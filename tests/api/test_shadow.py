"""Shadow guardrails decide nothing; the ledger says what they would have done."""
import pytest

from scenario import Lake, unique


@pytest.fixture
def lake(mesh):
    return Lake(mesh)


@pytest.fixture
def reader(mesh):
    return mesh.principal("user", "reader")


@pytest.fixture
def guardrail(mesh):
    """Puts a guardrail, and takes it away after the test."""
    names = []

    def put(cedar, mode="shadow"):
        name = unique("shadow")
        mesh.admin.must("PUT", f"/guardrails/{name}", {"mode": mode, "cedar": cedar})
        names.append(name)
        return f"guardrail:{name}"

    yield put
    for name in names:
        mesh.admin.must("DELETE", f"/guardrails/{name}")


def forbid(reader, actions='action == Action::"read"', conditions=""):
    user = reader[0].removeprefix("user:")
    return f'forbid (principal == User::"{user}", {actions}, resource){conditions};'


def last_record(mesh, principal):
    return mesh.admin.get(f"/ledger?principal={principal}&limit=1").json()["items"][0]


def test_a_shadow_forbid_is_recorded_with_the_allow_it_would_have_refused(mesh, lake, reader,
                                                                         guardrail):
    lake.grant(reader[0])
    label = guardrail(forbid(reader))

    assert lake.resolve(reader[1]).status == 200
    record = last_record(mesh, reader[0])

    assert record["allow"] is True and record["shadow"] == [label]


def test_a_shadow_forbid_that_changes_nothing_is_not_recorded(mesh, lake, reader, guardrail):
    guardrail(forbid(reader))

    assert lake.resolve(reader[1]).status == 403
    denied = last_record(mesh, reader[0])
    lake.grant(reader[0])
    guardrail(forbid(reader), "enforce")
    assert lake.resolve(reader[1]).status == 403
    forbidden = last_record(mesh, reader[0])

    assert denied["allow"] is False and "shadow" not in denied
    assert forbidden["allow"] is False and "shadow" not in forbidden


def test_a_shadow_forbid_whose_condition_is_false_is_not_recorded(mesh, lake, reader, guardrail):
    lake.grant(reader[0])
    guardrail(forbid(reader, conditions=' when { resource.name == "no-such-column" }'))

    assert lake.resolve(reader[1]).status == 200
    assert "shadow" not in last_record(mesh, reader[0])


def test_one_column_is_enough_to_refuse_the_whole(mesh, lake, reader, guardrail):
    lake.grant(reader[0])
    label = guardrail(forbid(reader, conditions=' when { resource.name == "c_email_address" }'))

    assert lake.resolve(reader[1]).status == 200
    assert last_record(mesh, reader[0])["shadow"] == [label]


def test_a_shadow_forbid_that_cannot_be_evaluated_would_have_refused(mesh, lake, reader, guardrail):
    lake.grant(reader[0])
    label = guardrail(forbid(reader, conditions=" when { 9223372036854775807 + 1 == 0 }"))

    assert lake.resolve(reader[1]).status == 200
    assert last_record(mesh, reader[0])["shadow"] == [label]


def test_a_change_says_which_shadow_guardrail_would_have_refused_it(mesh, lake, reader, guardrail):
    user = lake.owner.get("/me").json()["principal"]
    label = guardrail(f'forbid (principal == User::"{user.removeprefix("user:")}", '
                      f'action == Action::"grant", resource);')

    lake.grant(reader[0])
    record = last_record(mesh, user)

    assert (record["action"], record["allow"], record["shadow"]) == ("grant", True, [label])


def test_a_shadow_permit_shows_nothing(mesh, reader, guardrail):
    hidden = Lake(mesh, visibility="hidden")
    user = reader[0].removeprefix("user:")
    guardrail(f'permit (principal == User::"{user}", action in Action::"metadata", resource);')

    assert reader[1].get(hidden.path).status == 404
    assert hidden.resolve(reader[1]).status == 404
    assert "shadow" not in last_record(mesh, reader[0])
