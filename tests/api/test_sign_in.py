"""Web sign-in as a browser sees it, and what other sites, other browsers and broken issuers
may try."""
import html
import http.client
import json
import re
import urllib.parse

import pytest

from charter_client import Client, read_until
from charter_server import Server
from fake_issuer import FakeIssuer
from fake_s3 import ALLOWED
from scenario import unique

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CHANGE = {"title": "made by cookie"}


@pytest.fixture(scope="module")
def issuers(tmp_path_factory):
    with FakeIssuer(tmp_path_factory.mktemp("corp")) as corp, \
            FakeIssuer(tmp_path_factory.mktemp("guests")) as guests:
        yield corp, guests


@pytest.fixture(scope="module")
def issuer(issuers):
    return issuers[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory, issuers):
    """A server of this file's own, with two issuers for sign-in and one without."""
    directory = tmp_path_factory.mktemp("sign-in")
    (directory / "secret").write_text("s3cret/+\n")
    config = directory / "charter.yaml"
    config.write_text(f"""
issuers:
  - name: corp
    issuer: {issuers[0].url}
    audience: charter
    groups_claim: groups
    may_assert: {{groups: ["*"]}}
    sign_in: {{client_id: charter-web, client_secret_file: {directory}/secret}}
  - name: guests
    issuer: {issuers[1].url}
    audience: charter
    sign_in: {{client_id: charter-guests}}
  - name: silent
    issuer: http://127.0.0.1:9
    audience: charter
    sign_in: {{client_id: charter}}
""")
    running = Server(directory / "data", "--config", str(config), environment=ALLOWED).start()
    yield running
    assert running.stop() == 0, running.log[-4000:]


@pytest.fixture(scope="module")
def admin(server):
    return Client(server.port, server.admin_token)


class Browser:
    """Keeps cookies and says where its requests come from, as browsers do."""

    def __init__(self, server):
        self.server = server
        self.client = Client(server.port)
        self.cookies = {}
        self.set_cookies = []

    def ask(self, method, target, body=None, headers=None, cookies=None):
        sent = {} if cookies == {} else {"Cookie": "; ".join(
            f"{name}={value}" for name, value in (cookies or self.cookies).items())}
        sent = {k: v for k, v in {**sent, **(headers or {})}.items() if v}
        answer = self.client.raw(method, target, body, sent)
        self.set_cookies = answer.headers.get_all("Set-Cookie") or []
        for each in self.set_cookies:
            name, _, rest = each.partition("=")
            value, _, attributes = rest.partition(";")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, target, **more):
        return self.ask("GET", target, **more)

    def post(self, target, fields, headers=None, **more):
        own = {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin"}
        return self.ask("POST", target, urllib.parse.urlencode(fields),
                        {**FORM, **own, **(headers or {})}, **more)

    def change(self, headers=None, **more):
        """A change of a document by cookie: its status."""
        return self.ask("PUT", f"/api/v1/users/{unique('x')}", json.dumps(CHANGE),
                        {"Content-Type": "application/json", **(headers or {})}, **more)

    def leave(self, issuer="corp", **query):
        """Goes to the issuer; where it was sent."""
        answer = self.get(f"/sign-in/{issuer}" + (f"?{urllib.parse.urlencode(query)}" if query else ""))
        assert answer.status == 303, answer
        return answer.headers["Location"]

    def come_back(self, query, issuer="corp", **more):
        return self.get(f"/sign-in/{issuer}/callback?{urllib.parse.urlencode(query)}", **more)

    def session(self):
        return self.get("/api/v1/session")

    def csrf(self):
        return self.session().json()["csrf_token"]


@pytest.fixture
def browser(server):
    return Browser(server)


@pytest.fixture
def admins(browser, server):
    """A browser in which the administrator signed in by pasting the token."""
    assert browser.post("/sign-in", {"token": server.admin_token}).status == 303
    return browser


@pytest.fixture
def anas(browser, issuer):
    """A browser in which somebody signed in at the issuer; it has `name`."""
    browser.name = unique("ana")
    answer = browser.come_back(issuer.approve(browser.leave(), browser.name))
    assert answer.status == 303, answer
    return browser


def problem_on(page):
    """What the page says went wrong."""
    assert page.headers.get_content_type() == "text/html", page
    found = re.search(r'role="alert">(.*?)</p>', page.text, re.S)
    assert found, page
    return html.unescape(found.group(1))


# --- the page ---

def test_the_page_offers_the_issuers_and_a_token(browser):
    page = browser.get("/sign-in?return_to=/domains%3Fq=x")
    assert page.status == 200
    for issuer in ("corp", "guests", "silent"):
        assert f'href="/sign-in/{issuer}?return_to=%2Fdomains%3Fq%3Dx"' in page.text
    assert '<input type="hidden" name="return_to" value="/domains?q=x">' in page.text
    assert "<script" not in page.text and "style=" not in page.text
    assert browser.cookies == {}


def test_nothing_runs_and_nobody_frames_the_page(browser):
    headers = browser.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert policy == ("default-src 'none'; style-src 'self'; form-action 'self'; "
                      "frame-ancestors 'none'; base-uri 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get("/sign-in/style.css").headers.get_content_type() == "text/css"


def test_who_is_signed_in_sees_how_to_sign_out(anas, issuer):
    page = anas.get("/sign-in")
    assert f"user:{anas.name}" in page.text
    assert anas.csrf() in page.text
    assert f"form-action 'self' {issuer.url};" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("query", ["return_to=/a&return_to=/b", "error=x", "return_to=/a&x=y"])
def test_the_page_takes_nothing_else(query, browser):
    assert browser.get(f"/sign-in?{query}").status == 400


# --- signing in ---

def test_a_token_pasted_begins_a_session(admins):
    session = admins.session().json()
    assert session["principal"] == "user:admin"
    assert admins.get("/api/v1/me").json()["principal"] == "user:admin"
    cookie, = [each for each in admins.cookies.items() if each[0] == "charter"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie[1])


def test_the_cookie_on_loopback_is_closed_to_scripts_and_other_sites(browser, server):
    browser.post("/sign-in", {"token": server.admin_token, "return_to": "/domains"})
    session, = [each for each in browser.set_cookies if each.startswith("charter=")]
    assert session.split("; ")[1:] == ["Path=/", "HttpOnly", "SameSite=Lax"]


def test_signing_in_at_the_issuer_begins_a_session(browser, issuer):
    name = unique("ana")
    location = browser.leave(return_to="/domains?q=x%20y")
    assert location.startswith(f"{issuer.url}/authorize?response_type=code&client_id=charter-web&")
    answer = browser.come_back(issuer.approve(location, name))
    assert (answer.status, answer.headers["Location"]) == (303, "/domains?q=x%20y")
    assert browser.session().json()["principal"] == f"user:{name}"
    assert set(browser.cookies) == {"charter"}
    headers, fields = issuer.exchanges[-1]
    assert headers["Authorization"].startswith("Basic ")
    assert set(fields) == {"grant_type", "code", "redirect_uri", "code_verifier"}


def test_a_public_client_says_only_who_it_is(browser, issuers):
    guests = issuers[1]
    answer = browser.come_back(guests.approve(browser.leave("guests"), unique("gus")), "guests")
    assert answer.status == 303, answer
    headers, fields = guests.exchanges[-1]
    assert "Authorization" not in headers and fields["client_id"] == "charter-guests"


def test_a_token_of_the_issuer_may_be_pasted(browser, issuer):
    name = unique("bo")
    assert browser.post("/sign-in", {"token": f" {issuer.token(name)} "}).status == 303
    assert browser.session().json()["principal"] == f"user:{name}"


def test_the_groups_of_the_id_token_count(browser, issuer, admin):
    group = unique("staff")
    admin.must("PUT", f"/groups/{group}", {"claimed": [{"issuer": "corp", "group": group}]})
    browser.come_back(issuer.approve(browser.leave(), unique("cy"), groups=[group]))
    assert browser.get("/api/v1/me").json()["groups"] == [f"group:{group}"]


@pytest.mark.parametrize("token", ["", "nothing", "chr_0123456789abcdef_" + "0" * 64, "a.b.c",
                                   "<b>", "x" * 9000])
def test_a_token_that_is_not_valid_begins_nothing(token, browser):
    page = browser.post("/sign-in", {"token": token})
    assert page.status == 401
    assert problem_on(page) == "This token is not valid here."
    assert browser.cookies == {}


def test_a_token_stands_in_the_form_only(browser, server):
    for target, body, headers in [
            ("/sign-in?token=" + server.admin_token, "", FORM),
            ("/sign-in", json.dumps({"token": server.admin_token}),
             {"Content-Type": "application/json"}),
            ("/sign-in", f"token={server.admin_token}", {"Content-Type": "text/plain"}),
            ("/sign-in", f"token={server.admin_token}&token=x", FORM),
            ("/sign-in", f"token={server.admin_token}&x=y", FORM),
            ("/sign-in", "token=%zz", FORM), ("/sign-in", "token=%ff", FORM)]:
        assert browser.ask("POST", target, body, headers).status in (400, 401, 415), (target, body)
    assert browser.cookies == {}


def test_a_form_is_of_bounded_size(browser):
    assert browser.post("/sign-in", {"token": "x" * 40_000}).status == 413


# --- where one goes afterwards ---

ELSEWHERE = ["https://evil.example", "//evil.example", "///evil.example", "/\\evil.example",
             "\\/evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
             "evil.example", "javascript:alert(1)", "data:text/html,x", " /x", "/x y", "/x\r\nA: b",
             "/..//evil.example", "/./", "/a/../b", "/%2e%2e/x", "/%2F/evil.example",
             "/%5Cevil.example", "/a//b", "/#x", "/%00", "/%zz", "/<b>", '/"', "/\u00e9",
             "/sign-in", "/sign-in/corp", "/%73ign-in/corp", "/sign-out", "?x", "http:/x",
             "https:evil.example", "@evil.example", "/" + "x" * 1_024]


@pytest.mark.parametrize("return_to", ELSEWHERE)
def test_nobody_is_sent_elsewhere(return_to, browser, server):
    query = urllib.parse.urlencode({"return_to": return_to}, quote_via=urllib.parse.quote)
    for answer in (browser.get(f"/sign-in?{query}"), browser.get(f"/sign-in/corp?{query}"),
                   browser.post("/sign-in", {"token": server.admin_token, "return_to": return_to})):
        assert answer.status == 400, answer
        assert "Location" not in answer.headers
        assert problem_on(answer) == "return_to is not a page of this server."
    assert browser.cookies == {}


@pytest.mark.parametrize("return_to", ["/", "/domains/", "/domains/a%20b?q=%2F%2Fx&y=https://x",
                                       "/sign-ins", "/domains/sign-in"])
def test_pages_of_this_server_are_gone_to(return_to, browser, server):
    answer = browser.post("/sign-in", {"token": server.admin_token, "return_to": return_to})
    assert (answer.status, answer.headers["Location"]) == (303, return_to)


# --- what comes back from the issuer ---

def refused(answer, browser, status=400):
    assert answer.status == status, answer
    assert "charter" not in browser.cookies
    assert not any(each.startswith("charter=") for each in browser.set_cookies)
    return problem_on(answer)


@pytest.mark.parametrize("change", [
    {"state": None}, {"state": ""}, {"state": "x"}, {"iss": "https://evil.example"},
    {"iss": "http://127.0.0.1"}, {"code": ["a", "b"]}, {"state": ["a", "b"]},
])
def test_an_answer_that_was_not_asked_for_is_refused(change, browser, issuer):
    query = {**issuer.approve(browser.leave(), unique("eve")), **change}
    exchanges = len(issuer.exchanges)
    pairs = [(name, each) for name, value in query.items() if value is not None
             for each in (value if isinstance(value, list) else [value])]
    refused(browser.get("/sign-in/corp/callback?" + urllib.parse.urlencode(pairs)), browser)
    assert len(issuer.exchanges) == exchanges


def test_another_browsers_answer_is_refused(browser, issuer, server):
    """Somebody is made to come back with the answer that was meant for the attacker."""
    attacker = Browser(server)
    query = issuer.approve(attacker.leave(), unique("eve"))
    refused(browser.come_back(query), browser)  # without any cookie
    browser.leave()
    refused(browser.come_back(query), browser)  # with a cookie of its own


def test_another_issuers_answer_is_refused(browser, issuers):
    corp, guests = issuers
    query = guests.approve(browser.leave("guests"), unique("eve"))
    refused(browser.come_back(query, "corp"), browser)
    query = corp.approve(browser.leave(), unique("eve"))
    refused(browser.come_back({**query, "iss": guests.url}), browser)


def test_an_answer_counts_once(browser, issuer, server):
    location = browser.leave()
    kept = dict(browser.cookies)
    query = issuer.approve(location, unique("ana"))
    assert browser.come_back(query).status == 303
    again = Browser(server)
    again.cookies = kept
    assert "Begin again." in refused(again.come_back(query), again, 401)


@pytest.mark.parametrize("claims", [{"nonce": "x"}, {"nonce": ""}, {"aud": "charter"},
                                    {"iss": "https://evil.example"}, {"exp": 1}, {"sub": ""}])
def test_an_id_token_for_something_else_is_refused(claims, browser, issuer):
    query = issuer.approve(browser.leave(), unique("eve"), **claims)
    refused(browser.come_back(query), browser, 401)


def test_an_id_token_of_another_issuer_is_refused(browser, issuers):
    corp, guests = issuers
    query = corp.approve(browser.leave(), unique("eve"))
    sent, _ = corp.codes[query["code"]]
    foreign = guests.token("eve", aud="charter-web", nonce=sent["nonce"])
    corp.answers.append((200, {}, json.dumps({"id_token": foreign}).encode()))
    refused(browser.come_back(query), browser, 401)


@pytest.mark.parametrize("answer, status", [
    ((200, {}, b""), 401), ((200, {}, b"garbage"), 401), ((200, {}, b"[]"), 401),
    ((200, {}, b'{"id_token": 7}'), 401), ((200, {}, b'{"id_token": "a.b.c"}'), 401),
    ((200, {}, b'{"id_token": "' + b"x" * 200_000 + b'"}'), 503),
    ((302, {"Location": "http://127.0.0.1:9/"}, b""), 401),
    ((307, {"Location": "http://127.0.0.1:9/"}, b""), 401),
    ((400, {}, b'{"error": "invalid_grant", "error_description": "a\\nb"}'), 401),
    ((401, {}, b"<html>"), 401), ((500, {}, b"oops"), 503), ((503, {}, b""), 503),
])
def test_a_broken_token_endpoint_is_said_in_plain_words(answer, status, browser, issuer):
    query = issuer.approve(browser.leave(), unique("ana"))
    issuer.answers.append(answer)
    problem = refused(browser.come_back(query), browser, status)
    assert problem.startswith("The provider")


def test_the_cause_is_in_the_log_and_no_secret_is(browser, issuer, server):
    query = issuer.approve(browser.leave(), unique("ana"))
    issuer.answers.append((400, {}, b'{"error": "invalid_grant", "error_description": "e-mail"}'))
    page = browser.come_back(query)
    cause = "the token endpoint answered 400: invalid_grant: e-mail"
    assert cause not in page.text
    assert cause in server.await_line(page.headers["X-Request-Id"], "cause=")
    for secret in ("s3cret", query["code"], server.admin_token.split("_")[2]):
        assert secret not in server.log


def test_an_issuers_refusal_is_escaped(browser, issuer):
    query = issuer.approve(browser.leave(), unique("ana"))
    page = browser.come_back({"error": "access_denied", "state": query["state"],
                              "error_description": '<script>alert("x")</script>'})
    problem = refused(page, browser, 401)
    assert problem.startswith("The provider did not let you in, or you said no.")
    assert "<script" not in page.text


def test_a_link_puts_no_words_on_the_page(browser):
    page = browser.come_back({"error": "x", "error_description": "Call 555", "state": "x"})
    assert "555" not in page.text


def test_an_issuer_that_does_not_answer_or_is_none(browser):
    assert problem_on(browser.get("/sign-in/silent")).startswith("The provider does not answer")
    for name in ("nobody", "corp%2F..", "%3Cb%3E", "CORP"):
        answer = browser.get(f"/sign-in/{name}")
        assert answer.status == 404 and "<b>" not in answer.text
    assert browser.get("/sign-in/nobody/callback?code=x&state=x").status == 404


def test_no_id_from_before_counts_afterwards(browser, issuer, server):
    """Session fixation: the attacker knows an id that the victim's browser brings along."""
    attacker = Browser(server)
    attacker.post("/sign-in", {"token": server.admin_token})
    planted = attacker.cookies["charter"]
    for start in (planted, "A" * 43):
        victim = Browser(server)
        victim.cookies["charter"] = start
        query = issuer.approve(victim.leave(), unique("ana"))
        assert victim.come_back(query).status == 303
        assert victim.cookies["charter"] != start
        assert Browser(server).get("/api/v1/me", cookies={"charter": start}).status == 401


# --- changes by cookie ---

def test_a_change_by_cookie_needs_the_sessions_token(admins, server):
    csrf = admins.csrf()
    other = Browser(server)
    other.post("/sign-in", {"token": server.admin_token})
    for wrong in (None, "", "x", csrf[:-1], csrf + "A", csrf.lower(), other.csrf()):
        assert admins.change({"X-CSRF-Token": wrong} if wrong else {}).problem == "forbidden"
    assert admins.change({"X-CSRF-Token": csrf}).status == 201


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_every_method_that_changes_needs_it(method, admins):
    answer = admins.ask(method, "/api/v1/users/admin" if method != "POST" else "/api/v1/resolve",
                        "{}", {"Content-Type": "application/json"})
    assert answer.problem == "forbidden" and "X-CSRF-Token" in answer.json()["detail"]


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "none"}, {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1"}, {"Origin": "OWN/"}, {"Origin": "OWN.evil.example"},
    {"Origin": "https://OWN"}, {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
])
def test_other_sites_change_nothing(headers, admins, server, browser):
    said = {name: value.replace("OWN", server.url) for name, value in headers.items()}
    answer = admins.change({"X-CSRF-Token": admins.csrf(), **said})
    assert answer.problem == "forbidden"
    sign_in = Browser(server).post("/sign-in", {"token": server.admin_token},
                                   {"Sec-Fetch-Site": None, "Origin": None, **said})
    assert sign_in.status == 403 and "Set-Cookie" not in sign_in.headers
    out = admins.post("/sign-out", {"csrf_token": admins.csrf()},
                      {"Sec-Fetch-Site": None, "Origin": None, **said})
    assert out.status == 403 and admins.session().status == 200


@pytest.mark.parametrize("headers", [
    {}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Origin": "OWN"}, {"Origin": "http://localhost:PORT"},
])
def test_own_pages_change(headers, admins, server):
    said = {name: value.replace("OWN", server.url).replace("PORT", str(server.port))
            for name, value in headers.items()}
    assert admins.change({"X-CSRF-Token": admins.csrf(), **said}).status == 201


def test_reading_needs_no_csrf_token(admins):
    for method in ("GET", "HEAD"):
        assert admins.ask(method, "/api/v1/domains").status == 200


# --- which credential counts ---

def test_a_token_wins_over_a_cookie(anas, server):
    token = {"Authorization": f"Bearer {server.admin_token}"}
    assert anas.get("/api/v1/me", headers=token).json()["principal"] == "user:admin"
    assert anas.change(token).status == 201
    assert anas.get("/api/v1/session", headers=token).problem == "not-found"


def test_a_wrong_token_is_not_made_up_for_by_a_cookie(admins):
    for headers in ({"Authorization": "Bearer x"}, {"X-Api-Key": "x"}, {"Authorization": "Basic x"}):
        assert admins.get("/api/v1/me", headers=headers).problem == "unauthenticated"


@pytest.mark.parametrize("cookie", [
    "charter=", "charter", "charter=x", "charter=OWN; charter=OWN", "charter=x; charter=OWN",
    "charter=OWN; charter=x", "CHARTER=OWN", "xcharter=OWN", "__Host-charter=OWN",
    "charter=OWNA", 'charter="OWN"', "charter-sign-in=OWN", "=OWN", "charter=OWN,x",
])
def test_a_cookie_that_is_no_session_is_no_credential(cookie, admins):
    said = cookie.replace("OWN", admins.cookies["charter"])
    assert admins.get("/api/v1/me", cookies={}, headers={"Cookie": said}).problem == "unauthenticated"


def test_two_cookie_headers_are_no_credential(admins):
    import http.client
    own = f"charter={admins.cookies['charter']}"
    for first, second in ((own, own), (own, "a=b"), ("a=b", own)):
        connection = http.client.HTTPConnection("127.0.0.1", admins.server.port)
        connection.putrequest("GET", "/api/v1/me")
        connection.putheader("Cookie", first)
        connection.putheader("Cookie", second)
        connection.endheaders()
        assert connection.getresponse().status in (400, 401)
        connection.close()


def test_other_cookies_are_no_harm(admins):
    said = f"a=b; ;c;charter={admins.cookies['charter']} ; d=charter=x"
    assert admins.get("/api/v1/me", cookies={}, headers={"Cookie": said}).status == 200


def test_answers_differ_by_cookie(admins):
    assert "Cookie" in admins.get("/api/v1/me").headers["Vary"]
    assert admins.session().headers["Cache-Control"] == "no-store"


# --- what ends a session ---

def test_signing_out_ends_it(admins, server):
    cookies = dict(admins.cookies)
    answer = admins.post("/sign-out", {"csrf_token": admins.csrf()})
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert admins.cookies == {}
    assert Browser(server).get("/api/v1/me", cookies=cookies).problem == "unauthenticated"


def test_a_stream_ends_when_its_session_does(admins, server):
    by_token = Client(server.port, server.admin_token)
    cookies = "; ".join(f"{name}={value}" for name, value in admins.cookies.items())
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", f"/api/v1/changes?after={by_token.end_of_changes()}",
                       headers={"Cookie": cookies, "Accept": "text/event-stream"})
    stream = connection.getresponse()
    first, later = unique("first"), unique("later")
    by_token.must("PUT", f"/users/{first}", {})
    assert first.encode() in read_until(stream, first)

    admins.post("/sign-out", {"csrf_token": admins.csrf()})
    by_token.must("PUT", f"/users/{later}", {})
    assert later.encode() not in read_until(stream, later)
    connection.close()


def test_signing_out_needs_the_token_of_the_session(admins):
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}):
        assert admins.post("/sign-out", fields).status == 403
    assert admins.session().status == 200


def test_signing_out_twice_is_no_harm(browser):
    assert browser.post("/sign-out", {}).status == 303


def test_signing_out_may_go_on_at_the_issuer(anas, issuer, server):
    answer = anas.post("/sign-out", {"csrf_token": anas.csrf(), "everywhere": "true"})
    assert answer.headers["Location"] == (
        f"{issuer.url}/bye?client_id=charter-web&post_logout_redirect_uri="
        + urllib.parse.quote(f"{server.url}/sign-in", safe=""))
    assert anas.cookies == {}


def test_who_pasted_a_token_has_no_issuer_to_sign_out_at(admins):
    answer = admins.post("/sign-out", {"csrf_token": admins.csrf(), "everywhere": "true"})
    assert answer.headers["Location"] == "/sign-in"


def test_disabling_the_principal_ends_it(anas, admin):
    admin.must("PATCH", f"/users/{anas.name}", {"disabled": True})
    assert anas.session().problem == "unauthenticated"
    admin.must("PATCH", f"/users/{anas.name}", {"disabled": False})
    assert anas.session().problem == "unauthenticated"


def test_who_is_disabled_does_not_sign_in(browser, issuer, admin):
    name = unique("ana")
    browser.come_back(issuer.approve(browser.leave(), name))
    admin.must("PATCH", f"/users/{name}", {"disabled": True})
    browser.cookies = {}
    refused(browser.come_back(issuer.approve(browser.leave(), name)), browser, 401)


def test_revoking_the_token_ends_it(browser, admin):
    service = unique("etl")
    admin.must("PUT", f"/services/{service}", {})
    made = admin.must("POST", "/tokens", {"principal": f"service:{service}", "name": "x"})
    browser.post("/sign-in", {"token": made["token"]})
    assert browser.session().json()["principal"] == f"service:{service}"
    admin.must("DELETE", f"/tokens/{made['id']}")
    assert browser.session().problem == "unauthenticated"


def test_it_ends_with_the_token(browser, issuer):
    browser.post("/sign-in", {"token": issuer.token(unique("dora"), exp=4_102_444_800)})
    long = browser.session().json()
    browser.post("/sign-in", {"token": issuer.token(unique("dora"), lasts_s=120)})
    short = browser.session().json()
    assert short["ends_at"] < long["ends_at"] < "2100"
    assert short["idle_ends_at"] == short["ends_at"] and long["idle_ends_at"] < long["ends_at"]


def test_a_restart_ends_all(own_server):
    browser = Browser(own_server)
    assert browser.post("/sign-in", {"token": own_server.admin_token}).status == 303
    assert own_server.stop() == 0
    own_server.start()
    again = Browser(own_server)
    assert again.get("/api/v1/me", cookies=browser.cookies).problem == "unauthenticated"


# --- the address that browsers use ---

@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """A server behind a proxy that speaks TLS."""
    running = Server(tmp_path_factory.mktemp("proxied"),
                     environment={"CHARTER_PUBLIC_URL": "https://charter.example/catalog"}).start()
    yield running
    assert running.stop() == 0


def test_over_tls_the_cookie_is_bound_to_the_host(proxied):
    browser = Browser(proxied)
    answer = browser.post("/sign-in", {"token": proxied.admin_token},
                          {"Origin": "https://charter.example"})
    assert (answer.status, answer.headers["Location"]) == (303, "/catalog/")
    session, = [each for each in browser.set_cookies if each.startswith("__Host-charter=")]
    assert session.split("; ")[1:] == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]
    assert browser.get("/api/v1/me").status == 200
    loose = {"charter": browser.cookies["__Host-charter"]}
    assert browser.get("/api/v1/me", cookies=loose).status == 401
    assert 'action="/catalog/sign-out"' in browser.get("/sign-in").text


def test_in_clear_beyond_loopback_there_is_no_session(tmp_path):
    running = Server(tmp_path / "data",
                     environment={"CHARTER_PUBLIC_URL": "http://charter.example"}).start()
    browser = Browser(running)
    for answer in (browser.get("/sign-in"),
                   browser.post("/sign-in", {"token": running.admin_token})):
        assert answer.status == 403 and "TLS" in problem_on(answer)
    assert browser.cookies == {}
    assert running.stop() == 0
