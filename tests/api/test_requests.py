"""Access that is asked for: over HTTP, for everybody it concerns and nobody else."""
import subprocess
import threading

import pytest

from charter_server import binary
from scenario import Lake, in_seconds, unique


@pytest.fixture(scope="module")
def lake(mesh):
    """A lake with a second owner and a steward, and a purpose to ask with."""
    made = Lake(mesh)
    made.second, made.second_client = mesh.principal("user", "second")
    made.steward, made.steward_client = mesh.principal("user", "steward")
    domain = mesh.admin.must("GET", f"/domains/{made.domain}")
    made.first = domain["owners"][0]
    mesh.admin.must("PATCH", f"/domains/{made.domain}",
                    {"owners": [made.first, made.second], "stewards": [made.steward]})
    made.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{made.purpose}", {"description": "A test"})
    return made


@pytest.fixture
def asker(mesh):
    """(name, client) of somebody new."""
    return mesh.principal("user", "asker")


def body(lake, **more):
    return {"resource": lake.product, "actions": ["read"], "purpose": lake.purpose,
            "reason": "a report", "duration_s": 7200, **more}


def ask(lake, client, **more):
    return client.must("POST", "/requests", body(lake, **more))


def test_what_is_asked_for_is_approved_and_then_read(lake, asker):
    name, client = asker
    assert lake.resolve(client, purpose=lake.purpose).status == 403

    made = client.post("/requests", body(lake))

    assert made.status == 201, repr(made)
    request = made.json()
    assert made.headers["Location"] == f"/api/v1/requests/{request['id']}"
    assert {key: request[key] for key in body(lake)} == body(lake)
    assert (request["by"], request["for"], request["state"]) == (name, name, "pending")
    assert request["approvers"] == [lake.steward, lake.first, lake.second]
    assert request["precheck"] == [] and request["grant"] is None
    assert client.get(f"/requests/{request['id']}").json() == request

    approved = lake.steward_client.post(f"/requests/{request['id']}/approve", {"note": "fine"})

    assert approved.status == 200, repr(approved)
    grant = approved.json()
    assert (grant["grantee"], grant["request"], grant["granted_by"]) == (
        name, request["id"], lake.steward)
    assert (grant["purposes"], grant["state"]) == ([lake.purpose], "active")
    answer = lake.resolve(client, purpose=lake.purpose, delivery="none")
    assert answer.json()["decision"]["determined_by"] == [f"grant:{grant['id']}"]
    after = client.get(f"/requests/{request['id']}").json()
    assert (after["state"], after["grant"]) == ("approved", grant["id"])
    assert [(step["by"], step["step"], step.get("reason")) for step in after["history"]] == [
        (name, "ask", "a report"), (lake.steward, "approve", "fine")]


def test_the_body_that_a_refused_resolve_offers_is_taken_as_it_is(lake, asker):
    _, client = asker
    offered = lake.resolve(client, purpose=lake.purpose).json()["request_access"]

    made = client.post("/requests", offered)

    assert made.status == 201, repr(made)
    assert made.json()["resource"] == lake.port
    assert made.json()["duration_s"] == 90 * 86400
    lake.owner.must("POST", f"/requests/{made.json()['id']}/approve")
    assert lake.resolve(client, purpose=lake.purpose, delivery="none").status == 200


@pytest.mark.parametrize("change,pointer", [
    ({"resource": None}, "/resource"), ({"resource": "a/b/c/d"}, "/resource"),
    ({"actions": []}, "/actions"), ({"actions": ["edit"]}, "/actions/0"),
    ({"purpose": None}, "/purpose"), ({"purpose": "no-such-purpose"}, "/purpose"),
    ({"reason": " "}, "/reason"), ({"reason": None}, "/reason"),
    ({"duration_s": 3599}, "/duration_s"), ({"duration_s": 94608001}, "/duration_s"),
    ({"for": "ana"}, "/for"), ({"for": "user:no-such-user"}, "/for"),
    ({"for": "domain:no-such-domain"}, "/for"), ({"for": "engine:trino"}, "/for"),
    ({"state": "approved"}, "/state"), ({"approvers": []}, "/approvers")])
def test_a_request_that_cannot_be_is_400_with_its_pointer(lake, asker, change, pointer):
    answer = asker[1].post("/requests", {**body(lake), **change})

    assert (answer.status, answer.problem) == (400, "invalid-request"), repr(answer)
    assert any(found.startswith(pointer) for found in answer.pointers), answer.pointers


def test_one_does_not_ask_for_anybody_else(mesh, lake, asker):
    other, _ = mesh.principal()

    answer = asker[1].post("/requests", body(lake, **{"for": other}))

    assert (answer.status, answer.problem) == (403, "forbidden")


def test_an_illegal_step_is_409_and_names_the_legal_ones(lake, asker):
    request = ask(lake, asker[1])

    answer = asker[1].post(f"/requests/{request['id']}/answer", {"answer": "42"})

    assert (answer.status, answer.problem) == (409, "conflict")
    detail = answer.json()["detail"]
    assert all(step in detail for step in ("approve", "deny", "ask-back", "withdraw"))
    lake.owner.must("POST", f"/requests/{request['id']}/deny", {"reason": "no"})
    answer = lake.owner.post(f"/requests/{request['id']}/approve")
    assert answer.status == 409 and "nothing more" in answer.json()["detail"]


def test_asking_back_and_answering(lake, asker):
    request = ask(lake, asker[1])
    path = f"/requests/{request['id']}"

    assert lake.owner.post(f"{path}/ask-back").status == 400
    asked = lake.owner.must("POST", f"{path}/ask-back", {"question": "Which report?"})
    assert asked["state"] == "needs-info"
    assert asker[1].post(f"{path}/approve").status == 403
    answered = asker[1].must("POST", f"{path}/answer", {"answer": "The yearly one"})

    assert answered["state"] == "pending"
    assert [step.get("reason") for step in answered["history"]] == [
        "a report", "Which report?", "The yearly one"]


def test_a_denial_needs_a_reason_and_a_withdrawal_does_not(lake, asker):
    first, second = ask(lake, asker[1]), ask(lake, asker[1])

    assert lake.owner.post(f"/requests/{first['id']}/deny").status == 400
    denied = lake.owner.must("POST", f"/requests/{first['id']}/deny", {"reason": "too broad"})
    withdrawn = asker[1].must("POST", f"/requests/{second['id']}/withdraw")

    assert (denied["state"], withdrawn["state"]) == ("denied", "withdrawn")
    assert denied["history"][-1]["reason"] == "too broad"
    assert denied["approvers"] == [] and "seen" not in denied


def test_two_people_approve_where_the_domain_wants_two(mesh, asker):
    lake = Lake(mesh)
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {})
    steward, steward_client = mesh.principal()
    mesh.admin.must("PATCH", f"/domains/{lake.domain}",
                    {"stewards": [steward], "access": {"approval_levels": 2}})
    request = ask(lake, asker[1])
    path = f"/requests/{request['id']}"
    assert request["approvals_needed"] == 2

    first = lake.owner.post(f"{path}/approve", {"expires_at": in_seconds(3600)})

    assert first.status == 202, repr(first)
    assert (first.json()["state"], len(first.json()["approvals"])) == ("pending", 1)
    assert first.json()["approvers"] == [steward]
    assert lake.resolve(asker[1], purpose=lake.purpose).status == 403
    assert lake.owner.get("/requests?role=approver").json()["items"] == []
    assert [each["id"] for each in steward_client.pages("/requests?role=approver")] == [request["id"]]
    again = lake.owner.post(f"{path}/approve")
    assert (again.status, again.problem) == (403, "forbidden")

    second = steward_client.post(f"{path}/approve")

    assert second.status == 200, repr(second)
    assert second.json()["expires_at"] == first.json()["approvals"][0]["expires_at"]
    assert lake.resolve(asker[1], purpose=lake.purpose, delivery="none").status == 200


def test_an_approval_may_give_less_and_never_more(lake, asker):
    request = ask(lake, asker[1], actions=["read", "write"])
    path = f"/requests/{request['id']}/approve"

    for less, pointer in (({"actions": ["read_masked"]}, "/actions/0"),
                          ({"expires_at": in_seconds(7300)}, "/expires_at"),
                          ({"rows": "context.row.c_customer_sk == 1"}, "/rows"),
                          ({"columns": {"include": ["c_customer_sk"]}}, "/columns")):
        answer = lake.owner.post(path, less)
        assert answer.status == 400 and answer.pointers == [pointer], repr(answer)

    assert lake.owner.must("POST", path, {"actions": ["read"]})["actions"] == ["read"]
    assert lake.resolve(asker[1], action="write", purpose=lake.purpose,
                        delivery="none").status == 403


def test_an_approval_is_of_what_was_seen(mesh, asker):
    lake = Lake(mesh)
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {})
    request = ask(lake, asker[1])
    path = f"/requests/{request['id']}"
    lake.owner.must("PUT", lake.path, {**lake.document(), "title": "Other customers"})

    assert lake.owner.post(f"{path}/approve").status == 412
    stale = lake.owner.post(f"{path}/approve", {"seen": request["seen"]})
    assert (stale.status, stale.problem) == (412, "precondition-failed")
    assert lake.owner.post(f"{path}/approve", headers={"If-Match": '"7"'}).status == 412
    seen = lake.owner.get(path)
    assert seen.json()["seen"]["product"] > request["seen"]["product"]

    approved = lake.owner.post(f"{path}/approve", {"seen": seen.json()["seen"]},
                               {"If-Match": seen.etag})
    assert approved.status == 200, repr(approved)


def test_concurrent_approvals_make_one_grant(lake, mesh):
    approvers = [lake.owner, lake.second_client, lake.steward_client, mesh.admin]
    for _ in range(5):
        name, client = mesh.principal()
        request = ask(lake, client)
        ready, answers = threading.Barrier(2 * len(approvers)), []

        def approve(own):
            own.get("/me")
            ready.wait()
            answers.append(own.post(f"/requests/{request['id']}/approve"))

        threads = [threading.Thread(target=approve, args=(each.again(),)) for each in approvers * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answer.status for answer in answers) == [200] + [409] * 7
        made = [answer.json()["id"] for answer in answers if answer.status == 200]
        grants = lake.owner.pages(f"/grants?grantee={name}")
        assert [grant["id"] for grant in grants] == made
        assert len(client.get(f"/requests/{request['id']}").json()["history"]) == 2


def test_an_approval_under_a_key_is_answered_again(lake, asker):
    request = ask(lake, asker[1])
    key = {"Idempotency-Key": unique("key")}

    first = lake.owner.post(f"/requests/{request['id']}/approve", {}, key)
    again = lake.owner.post(f"/requests/{request['id']}/approve", {}, key)

    assert (first.status, again.status) == (200, 200)
    assert first.json() == again.json()


def test_requests_are_listed_by_state_resource_and_role(mesh, lake, asker):
    name, client = asker
    other = Lake(mesh)
    waiting, denied = ask(lake, client), ask(lake, client)
    elsewhere = ask(lake, client, resource=other.product)
    own = ask(lake, lake.owner, resource=lake.product)
    lake.owner.must("POST", f"/requests/{denied['id']}/deny", {"reason": "no"})
    mine = {waiting["id"], denied["id"], elsewhere["id"]}

    def ids(who, query=""):
        return {item["id"] for item in who.pages("/requests?" + query, limit=1)}

    assert ids(client) == ids(client, "role=asked") == mine
    assert ids(client, "state=denied") == {denied["id"]}
    assert ids(client, f"resource={other.product}") == {elsewhere["id"]}
    assert ids(client, "role=approver") == set()
    assert ids(lake.owner, "role=approver") & (mine | {own["id"]}) == {waiting["id"]}
    assert ids(lake.second_client, "role=approver") >= {waiting["id"], own["id"]}
    assert elsewhere["id"] not in ids(lake.owner)
    assert own["id"] in ids(lake.owner, "role=asked")
    assert client.get("/requests?state=approved-once").status == 400
    assert client.get("/requests?role=owner").status == 400


def test_a_rule_of_the_domain_approves_at_once(mesh, asker):
    lake = Lake(mesh)
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {})
    name, client = asker
    group = unique("analysts")
    mesh.admin.must("PUT", f"/groups/{group}", {"members": [name]})
    _, stranger = mesh.principal()
    label = lake.policy(f'permit (principal in Group::"{group}", action == Action::"request", '
                        f'resource in Domain::"{lake.domain}") when {{ context has purpose && '
                        f'context.purpose == "{lake.purpose}" }};')

    request = ask(lake, client)

    assert request["state"] == "approved"
    assert request["history"][-1]["by"] == label
    grant = client.get(f"/grants/{request['grant']}").json()
    assert (grant["granted_by"], grant["request"]) == (label, request["id"])
    assert lake.resolve(client, purpose=lake.purpose, delivery="none").status == 200
    assert ask(lake, stranger)["state"] == "pending"
    assert ask(lake, client, **{"for": f"group:{group}"})["state"] == "pending"
    records = lake.owner.get(f"/ledger?resource={lake.product}&limit=1000").json()["items"]
    asked = [each for each in records if each.get("action") == "request"]
    assert label in asked[0]["determined_by"] or label in asked[-1]["determined_by"]


def test_a_forbid_refuses_the_request_with_its_reason(mesh, asker):
    lake = Lake(mesh)
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {})
    label = lake.policy(f'forbid (principal, action == Action::"request", '
                        f'resource in Domain::"{lake.domain}");')

    answer = asker[1].post("/requests", body(lake))

    assert (answer.status, answer.problem) == (403, "forbidden")
    assert label in answer.json()["detail"]


def test_the_precheck_names_the_rule_to_those_who_may_read_it(mesh, asker):
    lake = Lake(mesh)
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {})
    label = lake.policy(f'forbid (principal, action == Action::"read", '
                        f'resource in Product::"{lake.product}");')

    request = ask(lake, asker[1])

    assert [(each["rule"], each["action"], each["on"]) for each in request["precheck"]] == [
        (None, "read", [lake.port])]
    assert label not in str(request)
    told = lake.owner.get(f"/requests/{request['id']}").json()["precheck"]
    assert [each["rule"] for each in told] == [label]


def test_a_renewal_shows_the_difference(lake, asker):
    request = ask(lake, asker[1])
    grant = lake.owner.must("POST", f"/requests/{request['id']}/approve",
                            {"expires_at": in_seconds(3600)})

    renewed = asker[1].post(f"/requests/{request['id']}/renew",
                            {"reason": "one more", "duration_s": 10800})

    assert renewed.status == 201, repr(renewed)
    assert (renewed.json()["renews"], renewed.json()["state"]) == (grant["id"], "pending")
    assert renewed.json()["difference"]["actions"] == {"added": [], "removed": []}
    ends = renewed.json()["difference"]["expires_at"]
    assert ends["from"] == grant["expires_at"] < ends["to"]
    assert asker[1].post(f"/requests/{request['id']}/renew", {"reason": "r"}).status == 409
    second = lake.owner.must("POST", f"/requests/{renewed.json()['id']}/approve")
    assert second["expires_at"] > grant["expires_at"]


# --- what nobody else is told ---

def test_what_is_hidden_is_asked_for_like_what_is_absent(mesh, asker):
    lake = Lake(mesh, visibility="hidden")
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {})

    def answer_to(resource):
        answer = asker[1].post("/requests", body(lake, resource=resource))
        document = answer.json()
        document.pop("instance")
        return answer.status, document

    hidden = answer_to(lake.product)
    assert hidden[0] == 404
    assert hidden == answer_to(f"{lake.domain}/none") == answer_to("no-such-domain/none")
    assert answer_to(lake.domain) == answer_to("no-such-domain") == answer_to(lake.port) == hidden


def test_a_hidden_domain_is_no_beneficiary_that_one_learns_of(mesh, lake, asker):
    hidden, _ = mesh.domain()

    def answer_to(name):
        answer = asker[1].post("/requests", body(lake, **{"for": f"domain:{name}"}))
        return answer.status, answer.text.replace(name, "").replace(
            answer.headers["X-Request-Id"], "")

    assert answer_to(hidden) == answer_to("no-such-domain")


def test_a_request_is_nobody_elses(mesh, lake, asker):
    request = ask(lake, asker[1])
    _, stranger = mesh.principal()
    other_owner = Lake(mesh).owner
    absent = stranger.get("/requests/0123456789abcdef")

    for client in (stranger, other_owner):
        answer = client.get(f"/requests/{request['id']}")
        assert (answer.status, answer.json()["detail"]) == (404, absent.json()["detail"])
        assert client.get("/requests").json() == {"items": [], "next": None}
        assert client.get(f"/requests?resource={lake.product}").json()["items"] == []
        for step, text in (("approve", {}), ("deny", {"reason": "r"}), ("ask-back", {"question": "q"}),
                           ("answer", {"answer": "a"}), ("withdraw", {}), ("renew", {"reason": "r"})):
            assert client.post(f"/requests/{request['id']}/{step}", text).status == 404
        assert not any(change["kind"] == "request" and change["resource"] == request["id"]
                       for change in client.changes())


def test_the_journal_and_the_ledger_have_every_step(mesh, lake, asker):
    request = ask(lake, asker[1])
    path = f"/requests/{request['id']}"
    lake.owner.must("POST", f"{path}/ask-back", {"question": "q"})
    asker[1].must("POST", f"{path}/answer", {"answer": "a"})
    lake.owner.must("POST", f"{path}/approve")

    changes = [each["change"] for each in asker[1].changes()
               if (each["kind"], each["resource"]) == ("request", request["id"])]
    assert changes == ["created", "asked back", "answered", "approved"]
    records = lake.owner.pages(f"/ledger?resource={lake.product}", limit=1000)
    actions = [each["action"] for each in records
               if any(change["id"] == request["id"] for change in each.get("changes", []))]
    assert sorted(actions) == ["answer", "approve", "approve", "request"]


def test_the_command_line_asks_approves_and_lists(mesh, lake, asker):
    def charter(client, *arguments):
        run = subprocess.run(
            [binary(), "requests", *arguments, "--server", f"http://127.0.0.1:{mesh.server.port}",
             "--token", client.token], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return [line.split("\t") for line in run.stdout.splitlines()]

    name, client = asker
    (identity, state), = charter(client, "ask", lake.product, "--actions", "read,describe",
                                 "--purpose", lake.purpose, "--reason", "a report")
    assert state == "pending"
    assert [identity, "pending", name, name, lake.product, "read,describe", lake.purpose] in charter(
        lake.owner, "list", "--role", "approver")
    assert charter(lake.owner, "ask-back", identity, "why?") == [[identity, "needs-info"]]
    assert charter(client, "answer", identity, "so") == [[identity, "pending"]]
    (grant, state), = charter(lake.owner, "approve", identity, "--actions", "read")
    assert state == "active"
    assert charter(client, "show", identity)
    assert charter(client, "list", "--state", "approved")[0][0] == identity
    assert lake.owner.get(f"/grants/{grant}").json()["request"] == identity


def test_an_owner_of_the_team_that_would_get_it_does_not_approve(mesh, lake, asker):
    name, client = asker
    team = unique("team")
    mesh.admin.must("PUT", f"/domains/{team}", {
        "title": "A team", "owners": [lake.steward], "members": [name]})
    request = ask(lake, client, **{"for": f"domain:{team}"})

    assert lake.steward not in request["approvers"]
    answer = lake.steward_client.post(f"/requests/{request['id']}/approve")
    assert (answer.status, answer.problem) == (403, "forbidden")
    lake.owner.must("POST", f"/requests/{request['id']}/approve")


def test_the_first_of_two_approvals_counts_while_it_would_be_given(mesh, asker):
    lake = Lake(mesh)
    steward, steward_client = mesh.principal("user", "steward")
    mesh.admin.must("PATCH", f"/domains/{lake.domain}", {
        "stewards": [steward], "access": {"approval_levels": 2}})
    lake.purpose = unique("purpose")
    mesh.admin.must("PUT", f"/purposes/{lake.purpose}", {"description": "A test"})
    request = ask(lake, asker[1])
    assert steward_client.post(f"/requests/{request['id']}/approve").status == 202

    mesh.admin.must("PATCH", f"/domains/{lake.domain}", {"stewards": []})
    assert lake.owner.post(f"/requests/{request['id']}/approve").status == 412

    mesh.admin.must("PATCH", f"/domains/{lake.domain}", {"stewards": [steward]})
    assert lake.owner.post(f"/requests/{request['id']}/approve").status == 200
