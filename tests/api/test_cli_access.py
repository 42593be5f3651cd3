"""`charter grants` and `charter access` against the server, and against canned answers."""
import http.server
import json
import os
import subprocess
import threading

import pytest

from charter_server import binary
from scenario import Lake, unique

WAIT_S = 60


def charter(port, token, *arguments, stdin=None):
    done = subprocess.run(
        [binary(), *arguments, "--server", f"http://127.0.0.1:{port}"], capture_output=True,
        text=True, timeout=WAIT_S, input=stdin,
        env={"PATH": os.environ["PATH"], "CHARTER_TOKEN": token})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def lake(mesh):
    return Lake(mesh)


@pytest.fixture
def reader(mesh):
    return mesh.principal("user", "reader")


@pytest.fixture
def owner(mesh, lake):
    """Runs `charter` as the owner of the lake: what it printed, of a success."""
    def run(*arguments, stdin=None, code=0):
        status, out, err = charter(mesh.server.port, lake.owner.token, *arguments, stdin=stdin)
        assert status == code, (status, out, err)
        return out if code == 0 else out + err
    return run


def test_a_grant_is_made_listed_shown_and_revoked(lake, reader, owner):
    made = owner("grants", "create", "--grantee", reader[0], "--resource", lake.product,
                 "--actions", "describe,read", "--expires-at", "2099-01-01T00:00:00Z",
                 "--reason", "a test").strip()

    listed = owner("grants", "list", "--grantee", reader[0])
    lines = owner("grants", "list", "--grantee", reader[0], "--json").splitlines()
    shown = json.loads(owner("grants", "show", made))

    assert listed == (f"{made}\tactive\t{reader[0]}\t{lake.product}\tdescribe,read\t-\t"
                      "2099-01-01T00:00:00Z\n")
    assert [json.loads(line)["id"] for line in lines] == [made]
    assert shown["id"] == made and shown["reason"] == "a test" and shown["cedar"]
    assert owner("grants", "revoke", made, "--reason", "over") == made + "\n"
    assert owner("grants", "list", "--grantee", reader[0], "--state", "active") == ""
    assert "revoked" in owner("grants", "list", "--grantee", reader[0], "--state", "revoked")


def test_a_grant_is_made_from_a_file_and_options_win(lake, reader, owner, tmp_path):
    file = tmp_path / "grant.json"
    file.write_text(json.dumps({"grantee": "user:somebody", "resource": lake.product,
                                "actions": ["read"], "reason": "from a file"}))

    by_file = owner("grants", "create", str(file), "--grantee", reader[0]).strip()
    by_pipe = owner("grants", "create", "-", "--grantee", reader[0],
                    stdin=file.read_text()).strip()

    for made in (by_file, by_pipe):
        shown = json.loads(owner("grants", "show", made))
        assert (shown["grantee"], shown["reason"]) == (reader[0], "from a file")


def test_what_cannot_be_sent_ends_with_2_and_a_refusal_with_1(lake, reader, owner, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("[1]")

    assert "no JSON object" in owner("grants", "create", str(bad), code=2)
    assert "cannot read" in owner("grants", "create", str(tmp_path / "none"), code=2)
    assert "key=value" in owner("grants", "create", "--domain", lake.domain, "--tagged", "class",
                                code=2)
    assert "not-found" in owner("grants", "show", "0123456789abcdef", code=1)
    assert "/grantee" in owner("grants", "create", "--grantee", "user:no-such", "--resource",
                               lake.product, "--actions", "read", code=1)


def test_an_explanation_says_yes_or_no_and_why(mesh, lake, reader, owner):
    label = lake.policy(
        f'permit (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
        f'when {{ resource.visibility == "hidden" }};')

    no = owner("access", "explain", lake.port, "--principal", reader[0], code=1)
    line = owner("access", "explain", lake.port, "--principal", reader[0], "--json", code=1)
    lake.grant(reader[0])
    yes = owner("access", "explain", lake.port, "--principal", reader[0])

    assert no.startswith("no: no rule or grant permits it\n")
    assert f"  permit {label}: does not hold\n" in no
    assert '    not met: resource.visibility == "hidden"' in no
    assert '      resource.visibility = "listed"\n' in no
    assert json.loads(line)["decision"]["allow"] is False
    assert yes.startswith("yes: permitted\n") and ": holds\n" in yes


def test_an_explanation_supposes_what_a_file_says(lake, reader, owner):
    supposed = json.dumps({"grant": {"grantee": reader[0], "resource": lake.product,
                                     "actions": ["read"], "reason": "t"}})

    yes = owner("access", "explain", lake.port, "--principal", reader[0], "--if", "-",
                stdin=supposed)

    assert yes.startswith("yes: permitted\n")
    assert "no JSON" in owner("access", "explain", lake.port, "--if", "-", stdin="x", code=2)


# --- what the server is asked, and how its answers are printed ---

class Canned(http.server.BaseHTTPRequestHandler):
    """Answers each GET with the next of `answers`, and keeps what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        body = json.dumps(self.server.answers.pop(0)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def canned():
    server = http.server.HTTPServer(("127.0.0.1", 0), Canned)
    server.asked, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


PATH = {"via": "grant:1", "grantee": "group:analysts", "chain": ["group:analysts"],
        "on": "customer", "conditions": {"purposes": ["fraud"]}}


def test_who_is_asked_page_after_page(canned):
    canned.answers = [{"items": [{"principal": "user:ana", "paths": [PATH]}], "next": "c 1"},
                      {"items": [{"principal": "user:bo", "paths": [
                          {**PATH, "conditions": None}]}], "next": None}]

    code, out, err = charter(canned.server_port, "t", "access", "who", "customer/customers",
                             "--action", "read_masked")

    assert code == 0, err
    assert out == ("user:ana\tgrant:1\tgroup:analysts\tcustomer\tgroup:analysts\tpurposes fraud\n"
                   "user:bo\tgrant:1\tgroup:analysts\tcustomer\tgroup:analysts\t-\n")
    first = "/api/v1/access/who?resource=customer%2Fcustomers&action=read_masked&limit=1000"
    assert canned.asked == [first, first + "&cursor=c%201"]


def test_what_is_asked_of_a_principal(canned):
    item = {"resource": "customer/customers/files", "paths": [PATH]}
    canned.answers = [{"items": [item], "next": None}] * 2

    _, table, _ = charter(canned.server_port, "t", "access", "what", "user:ana")
    _, lines, _ = charter(canned.server_port, "t", "access", "what", "user:ana", "--json")

    assert table.startswith("customer/customers/files\tgrant:1\t")
    assert json.loads(lines) == item
    assert canned.asked[0] == "/api/v1/access/what?principal=user%3Aana&action=read&limit=1000"


def test_grants_due_for_review_are_asked_for(canned):
    grant = {"id": "0123456789abcdef", "state": "active", "grantee": "user:ana", "resource": None,
             "tagged": {"domain": "customer", "all": {"class": ["open"], "area": ["x", "y"]}},
             "actions": ["read"], "purposes": [], "expires_at": None}
    canned.answers = [{"items": [grant], "next": None}]

    _, out, _ = charter(canned.server_port, "t", "grants", "list", "--review-due")

    assert canned.asked == ["/api/v1/grants?limit=1000&review=due"]
    assert out == ("0123456789abcdef\tactive\tuser:ana\tcustomer[area=x,y class=open]\tread\t-\t-\n")
