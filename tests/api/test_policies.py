"""Rules are validated strictly when they are written, and can be checked before."""
import pytest

from scenario import Lake, unique


@pytest.fixture(scope="module")
def lake(mesh):
    return Lake(mesh)


def written(lake, cedar):
    return lake.owner.put(f"/domains/{lake.domain}/policies/{unique('policy')}", {"cedar": cedar})


def checked(lake, cedar):
    answer = lake.owner.post("/policies/check", {"cedar": cedar, "domain": lake.domain})
    assert answer.status == 200
    return answer.json()


def permit(lake, conditions="", action='action == Action::"read"', resource=None):
    resource = resource or f'resource in Domain::"{lake.domain}"'
    return f"permit (principal, {action}, {resource}){conditions};"


INVALID = [
    # An attribute that the schema does not have, with the nearest one.
    (' when { resource.nme == "x" }', "name"),
    # An optional one, without `has` before it.
    (' when { context.purpose == "fraud" }', "has"),
    # A tag, without hasTag before it.
    (' when { resource.getTag("class").contains("pii") }', "hasTag"),
    # Two types that are never equal.
    (' when { resource.name == 1 }', ""),
    # An operator on another type than it is for.
    (' when { resource.name < "x" }', ""),
    # A constructor that is not given a literal.
    (' when { ip(resource.name) == ip("10.0.0.1") }', ""),
]


@pytest.mark.parametrize("conditions,word", INVALID)
def test_an_invalid_policy_is_refused_with_its_place(lake, conditions, word):
    answer = written(lake, permit(lake, conditions))

    assert answer.status == 400
    [error, *_] = answer.json()["errors"]
    assert error["pointer"] == "/cedar"
    assert error["detail"].startswith("line 1, column ") and word in error["detail"]


@pytest.mark.parametrize("conditions,word", INVALID)
def test_a_check_says_the_same_and_changes_nothing(lake, conditions, word):
    before = lake.owner.get(f"/domains/{lake.domain}/policies").json()
    answer = checked(lake, permit(lake, conditions))

    assert answer["valid"] is False
    assert word in answer["errors"][0]["detail"]
    assert answer["errors"][0]["line"] == 1 and answer["errors"][0]["column"] > len("permit (")
    assert lake.owner.get(f"/domains/{lake.domain}/policies").json() == before


def test_the_place_counts_lines_and_what_stands_before_the_policy(lake):
    cedar = "// Who may read.\n\n" + permit(lake, "\nwhen {\n  resource.nothing == 1\n}")

    [error] = checked(lake, cedar)["errors"]

    assert (error["line"], error["column"]) == (5, 12)


def test_a_policy_that_can_never_apply_is_refused(lake):
    never = permit(lake, " when { principal is Group && principal is User }")

    assert written(lake, never).status == 400
    assert "never" in checked(lake, never)["errors"][0]["detail"]


def test_an_action_that_does_not_apply_to_the_resource_is_refused(lake):
    # `read` is decided for columns: a policy about the port itself never applies.
    cedar = permit(lake, resource=f'resource == Port::"{lake.port}"')

    answer = checked(lake, cedar)

    assert answer["valid"] is False and "action" in answer["errors"][0]["detail"]


def test_a_check_counts_what_the_policy_reaches(lake):
    whole = checked(lake, permit(lake))
    one = checked(lake, permit(lake, resource=f'resource in Port::"{lake.port}"'))

    assert whole["valid"] is True and whole["errors"] == []
    assert whole["affects"]["products"] == 1 and whole["affects"]["ports"] == 1
    assert one["affects"]["products"] == 0 and one["affects"]["ports"] == 1
    assert one["affects"]["columns"] == whole["affects"]["columns"] > 0


def test_a_valid_policy_with_guards_is_taken(lake):
    answer = written(lake, permit(lake, """
        when { resource.hasTag("class") && resource.getTag("class").contains("pii") }
        when { context has purpose && ["fraud", "analytics"].contains(context.purpose) }
        unless { context has ip && context.ip.isInRange(ip("10.0.0.0/8")) }"""))

    assert answer.status == 201, answer


def test_a_guardrail_is_validated_too(mesh):
    answer = mesh.admin.put(f"/guardrails/{unique('guardrail')}", {
        "cedar": 'forbid (principal, action in Action::"data", resource) when { resource.nme == "x" };'})

    assert answer.status == 400
    assert "nme" in answer.json()["errors"][0]["detail"]
