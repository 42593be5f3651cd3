"""POST /authorize with `explain` and `if`: why, why not, and what if."""
import pytest

from scenario import Lake, unique


@pytest.fixture
def lake(mesh):
    return Lake(mesh)


@pytest.fixture
def reader(mesh):
    """(`user:reader-1`, its client)."""
    return mesh.principal("user", "reader")


def asked(client, lake, **question):
    answer = client.post("/authorize", {"action": "read", "resource": lake.port, "explain": True,
                                        **question})
    assert answer.status == 200, answer
    return answer.json()


def candidate(answer, label):
    found = [each for each in answer["candidates"] if each["id"] == label]
    assert len(found) == 1, (label, [each["id"] for each in answer["candidates"]])
    return found[0]


def purpose(mesh, **document):
    name = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{name}", {"description": "A test", **document})
    return name


def test_the_clause_that_is_false_is_told_with_what_it_saw(mesh, lake, reader):
    fraud, other = purpose(mesh), purpose(mesh)
    label = lake.policy(
        f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
        f'when {{ resource.visibility == "listed" && context has purpose && '
        f'context.purpose == "{fraud}" }};')

    why_not = asked(lake.owner, lake, principal=reader[0], purpose=other)
    unsaid = asked(lake.owner, lake, principal=reader[0])
    held = asked(lake.owner, lake, principal=reader[0], purpose=fraud)

    found = candidate(why_not, label)
    assert (found["kind"], found["effect"], found["held"]) == ("policy", "permit", False)
    assert found["clause"] == f'context.purpose == "{fraud}"'
    assert found["values"] == {"context.purpose": other}
    assert found["line"] == 1 and found["column"] > 1
    assert candidate(unsaid, label)["clause"] == "context has purpose"
    assert candidate(unsaid, label)["values"] == {"context.purpose": None}
    assert candidate(held, label)["held"] is True and held["decision"]["allow"] is True
    assert "clause" not in candidate(held, label)


def test_columns_for_which_it_differs_are_named(lake, reader):
    label = lake.policy(
        f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
        f'when {{ resource.name == "c_customer_sk" }};')

    found = candidate(asked(lake.owner, lake, principal=reader[0]), label)
    one = candidate(asked(lake.owner, lake, principal=reader[0],
                          resource=f"{lake.port}/c_email_address"), label)

    assert found["held"] is False and found["held_for"] == ["c_customer_sk"]
    assert found["not_for"] == "c_email_address"
    assert found["values"] == {"resource.name": "c_email_address"}
    assert one["held"] is False and "held_for" not in one


def test_of_a_product_or_domain_each_candidate_says_its_port(lake, reader):
    grant = lake.grant(reader[0])

    for resource in (lake.product, lake.domain):
        found = candidate(asked(lake.owner, lake, principal=reader[0], resource=resource),
                          f"grant:{grant['id']}")
        assert (found["port"], found["held"]) == (lake.port, True)


def test_a_grant_tells_the_term_that_is_not_met(mesh, lake, reader):
    fraud = purpose(mesh)
    later = lake.grant(reader[0], not_before="2099-01-01T00:00:00Z")
    fraudulent = lake.grant(reader[0], purposes=[fraud])
    answer = asked(lake.owner, lake, principal=reader[0])

    begins = candidate(answer, f"grant:{later['id']}")
    assert (begins["kind"], begins["held"], begins["term"]) == ("grant", False, "not_before")
    assert "2099-01-01" in begins["clause"] and "context.now" in begins["values"]
    needs = candidate(answer, f"grant:{fraudulent['id']}")
    assert needs["term"] == "purposes" and fraud in needs["clause"]
    assert needs["values"] == {"context.purpose": None}
    then = asked(lake.owner, lake, principal=reader[0], at="2099-06-01T00:00:00Z")
    assert candidate(then, f"grant:{later['id']}")["held"] is True
    assert then["decision"]["allow"] is True


def test_a_reader_sees_its_own_grants_and_the_builtin_rules_and_no_others(lake, reader):
    grant = lake.grant(reader[0])
    lake.policy(f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
                f'when {{ context has purpose && context.purpose == "none-such" }};',
                "secret-permit")
    secret = lake.policy(f'forbid (principal, action == Action::"read", '
                         f'resource in Domain::"{lake.domain}");', "secret-forbid")

    told = asked(reader[1], lake)
    owner = asked(lake.owner, lake, principal=reader[0])

    assert {each["id"] for each in told["candidates"]} == {f"grant:{grant['id']}"}
    assert told["why"] == [f"a rule of the domain {lake.domain} forbids it"]
    assert "secret-permit" not in str(told)
    assert candidate(owner, secret)["held"] is True and owner["why"] == []


def test_the_builtin_rules_are_told_to_everybody(lake, reader):
    told = asked(reader[1], lake, action="edit")

    found = candidate(told, "builtin:owners-manage-ports")
    assert found["kind"] == "builtin" and found["held"] is False
    assert found["clause"] == "principal in resource.domain.owners"
    assert told["why"] == ["no rule permits it, and no grant covers it"]


def test_guardrails_are_told_to_administrators_and_to_others_in_words(mesh, lake, reader):
    lake.grant(reader[0])
    name = unique("guard")
    user = reader[0].removeprefix("user:")
    mesh.admin.must("PUT", f"/guardrails/{name}", {
        "cedar": f'forbid (principal == User::"{user}", action == Action::"read", resource);'})

    told = asked(reader[1], lake)
    admin = asked(mesh.admin, lake, principal=reader[0])

    assert told["why"] == ["a guardrail forbids it"]
    assert not any(each["kind"] == "guardrail" for each in told["candidates"])
    found = candidate(admin, f"guardrail:{name}")
    assert (found["kind"], found["effect"], found["held"]) == ("guardrail", "forbid", True)
    assert admin["candidates"][0] == found, "what settled it comes first"


def test_a_shadow_guardrail_says_whether_it_would_change_the_answer(mesh, lake, reader):
    name = unique("shadow")
    user = reader[0].removeprefix("user:")
    mesh.admin.must("PUT", f"/guardrails/{name}", {
        "mode": "shadow",
        "cedar": f'forbid (principal == User::"{user}", action == Action::"read", resource);'})

    denied = candidate(asked(mesh.admin, lake, principal=reader[0]), f"guardrail:{name}")
    lake.grant(reader[0])
    allowed = candidate(asked(mesh.admin, lake, principal=reader[0]), f"guardrail:{name}")

    assert denied["kind"] == allowed["kind"] == "shadow"
    assert "would_change" not in denied and allowed["would_change"] is True


def test_a_purpose_that_is_not_ones_own_is_the_reason(mesh, lake, reader):
    mine = purpose(mesh, claimable_by=[])
    told = asked(reader[1], lake, purpose=mine)

    assert told["candidates"] == [] and told["why"] == [told["decision"]["reason"]]


def test_a_hidden_product_is_absent_for_an_explanation_too(mesh, reader):
    hidden = Lake(mesh, visibility="hidden")
    question = {"action": "read", "resource": hidden.port, "explain": True}
    nowhere = reader[1].post("/authorize", {**question, "resource": "no-such/thing/at-all"})
    there = reader[1].post("/authorize", question)

    assert there.status == nowhere.status == 404
    assert there.json()["detail"] == nowhere.json()["detail"]


def test_without_explain_nothing_of_it_is_there(lake, reader):
    answer = lake.owner.post("/authorize", {"action": "read", "resource": lake.port,
                                            "principal": reader[0]}).json()

    assert not {"candidates", "why", "if"} & answer.keys()


# --- if this were added ---

def test_a_grant_is_supposed_and_not_made(lake, reader):
    grant = {"grantee": reader[0], "resource": lake.product, "actions": ["read"], "reason": "t"}
    before = lake.owner.pages(f"/grants?grantee={reader[0]}")
    changes = lake.mesh.admin.end_of_changes()

    told = asked(lake.owner, lake, principal=reader[0], **{"if": {"grant": grant}})

    assert told["decision"]["allow"] is True
    assert told["decision"]["determined_by"] == [told["if"]]
    assert candidate(told, told["if"])["held"] is True
    assert asked(lake.owner, lake, principal=reader[0])["decision"]["allow"] is False
    assert lake.owner.pages(f"/grants?grantee={reader[0]}") == before == []
    assert lake.mesh.admin.changes(after=changes) == []


def test_a_policy_is_supposed_new_or_in_place_of_one(lake, reader):
    cedar = f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}");'
    closed = f'forbid (principal, action == Action::"read", resource in Domain::"{lake.domain}");'

    added = asked(lake.owner, lake, principal=reader[0],
                  **{"if": {"policy": {"domain": lake.domain, "cedar": cedar}}})
    label = lake.policy(cedar)
    replaced = asked(lake.owner, lake, principal=reader[0], **{"if": {"policy": {
        "domain": lake.domain, "name": label.split("/")[1], "cedar": closed}}})

    assert added["decision"]["allow"] is True and added["if"] == f"policy:{lake.domain}/if-added"
    assert replaced["decision"]["allow"] is False and replaced["if"] == label
    assert asked(lake.owner, lake, principal=reader[0])["decision"]["allow"] is True


def test_a_guardrail_is_supposed_by_an_administrator(mesh, lake, reader):
    lake.grant(reader[0])
    cedar = 'forbid (principal, action == Action::"read", resource);'

    told = asked(mesh.admin, lake, principal=reader[0], **{"if": {"guardrail": {"cedar": cedar}}})

    assert told["decision"]["allow"] is False
    assert told["decision"]["determined_by"] == [told["if"]] == ["guardrail:if-added"]
    assert mesh.admin.get("/guardrails/if-added").status == 404


def test_only_who_could_write_it_may_suppose_it(mesh, lake, reader):
    stranger_lake = Lake(mesh)
    cedar = f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}");'
    suppositions = [
        {"grant": {"grantee": reader[0], "resource": lake.product, "actions": ["read"],
                   "reason": "t"}},
        {"policy": {"domain": lake.domain, "cedar": cedar}},
        {"guardrail": {"cedar": 'forbid (principal, action == Action::"read", resource);'}}]

    for supposed in suppositions:
        question = {"action": "read", "resource": lake.port, "if": supposed}
        assert reader[1].post("/authorize", question).status == 403, supposed
        assert stranger_lake.owner.post("/authorize", question).status == 403, supposed
    refused = [each for each in mesh.admin.get(f"/ledger?principal={reader[0]}").json()["items"]]
    assert refused == [], "nothing was to be changed, so nothing was refused"


def test_a_hidden_domain_is_not_told_of_by_a_supposition(mesh, reader):
    hidden = Lake(mesh, visibility="hidden")
    open_lake = Lake(mesh)
    question = {"action": "read", "resource": open_lake.port}

    def supposed(domain):
        return reader[1].post("/authorize", {**question, "if": {"policy": {
            "domain": domain, "cedar": "permit (principal, action, resource);"}}})

    assert supposed(hidden.domain).status == supposed("no-such-domain").status == 404


@pytest.mark.parametrize("supposed,pointer", [
    ({}, "/if"), ("x", "/if"), ({"policy": "x"}, "/if"), ({"rule": {}}, "/if"),
    ({"grant": {}, "guardrail": {}}, "/if"),
    ({"policy": {"cedar": "x"}}, "/if/policy/domain"),
    ({"policy": {"domain": "A B", "cedar": "x"}}, "/if/policy/domain"),
    ({"guardrail": {"cedar": "x", "name": 1}}, "/if/guardrail/name"),
])
def test_a_supposition_that_cannot_be_read_is_400_with_its_place(lake, supposed, pointer):
    answer = lake.owner.post("/authorize", {"action": "read", "resource": lake.port,
                                            "if": supposed})

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert pointer in answer.pointers


def test_what_is_wrong_in_a_supposed_document_has_its_place_in_the_question(mesh, lake, reader):
    policy = lake.owner.post("/authorize", {"action": "read", "resource": lake.port, "if": {
        "policy": {"domain": lake.domain, "cedar": "permit"}}})
    grant = lake.owner.post("/authorize", {"action": "read", "resource": lake.port, "if": {
        "grant": {"grantee": "user:no-such", "resource": lake.product, "actions": ["read"],
                  "reason": "t"}}})

    assert policy.status == grant.status == 400
    assert policy.pointers == ["/if/policy/cedar"] and grant.pointers == ["/if/grant/grantee"]


# --- bounds ---

def test_many_candidates_are_cut(mesh, lake):
    group, _ = mesh.principal("group")
    member, _ = mesh.principal("user", "member")
    mesh.admin.must("PUT", f"/groups/{group.removeprefix('group:')}", {"members": [member]})
    for _ in range(210):
        lake.grant(group)

    told = asked(lake.owner, lake, principal=member)

    assert len(told["candidates"]) == 200
    assert told["candidates_left_out"] >= 10


def test_a_long_value_is_cut(lake, reader):
    names = ", ".join(f'"{i:0100}"' for i in range(100))
    label = lake.policy(
        f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
        f'when {{ [{names}].contains(resource.name) }};')

    found = candidate(asked(lake.owner, lake, principal=reader[0]), label)

    assert found["values"] == {"resource.name": "c_customer_sk"}
    assert len(found["clause"]) > 10_000, "a clause is as long as its policy"
