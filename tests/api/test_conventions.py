"""What holds for every document: who asks, how bodies are coded, what is refused."""
import gzip
import json

import pytest
import yaml

from scenario import unique


class StringsLoader(yaml.SafeLoader):
    """YAML whose timestamps stay strings, as the API has them."""


StringsLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


# --- authentication ---

def test_a_token_is_taken_from_either_header(admin, mesh):
    by_key = mesh.anonymous.request("GET", "/me", headers={"X-Api-Key": admin.token})

    assert by_key.status == 200
    assert by_key.json() == admin.get("/me").json()


@pytest.mark.parametrize("token", [
    "", "x", "chr_", "chr_0123456789abcdef_00", "Bearer", "a" * 9000, "eyJhbGciOiJub25lIn0.e30."])
def test_a_token_that_is_none_is_401_with_one_body(mesh, token):
    good = mesh.anonymous.request("GET", "/me")
    answer = mesh.anonymous.request("GET", "/me", headers={"Authorization": f"Bearer {token}"})

    if answer.status == 431:  # longer than the headers may be
        assert len(token) > 8000
        return
    assert (answer.status, answer.problem) == (401, "unauthenticated")
    assert "WWW-Authenticate" in answer.headers
    mine, other = answer.json(), good.json()
    del mine["instance"], other["instance"]
    assert mine == other


def test_a_token_with_one_changed_character_is_401(mesh, admin):
    last = "A" if admin.token[-1] != "A" else "B"

    assert mesh.admin.with_token(admin.token[:-1] + last).get("/me").status == 401


def test_me_says_who_one_is(mesh, admin):
    document = admin.get("/me").json()

    assert document["principal"] == "user:admin"
    assert "administrators" in str(document["groups"])
    assert set(document) >= {"principal", "groups", "domains", "tags", "roles"}


# --- bodies ---

def test_yaml_goes_in_and_out(admin):
    name = unique("yaml")
    body = 'title: "2026-01-01"\ndescription: |\n  Two\n  lines\nowners: ["user:admin"]\n'

    made = admin.request("PUT", f"/domains/{name}", body=body.encode(),
                         headers={"Content-Type": "application/yaml"})
    as_json = admin.get(f"/domains/{name}")
    as_yaml = admin.get(f"/domains/{name}", {"Accept": "application/yaml"})

    assert made.status == 201
    assert as_json.json()["description"] == "Two\nlines\n"
    assert as_json.json()["title"] == "2026-01-01"
    assert as_yaml.headers.get_content_type() == "application/yaml"
    assert yaml.load(as_yaml.text, StringsLoader) == as_json.json()
    assert as_yaml.etag == as_json.etag[:-1] + '-yaml"'
    assert "Accept" in as_json.headers["Vary"]


def test_yaml_that_was_read_can_be_put_back(admin):
    name = unique("yaml")
    admin.must("PUT", f"/domains/{name}", {"title": "no: yes", "owners": ["user:admin"]})
    read = admin.get(f"/domains/{name}", {"Accept": "application/yaml"})

    back = admin.request("PUT", f"/domains/{name}", body=read.body,
                         headers={"Content-Type": "application/yaml", "If-Match": read.etag})

    assert back.status == 200
    assert back.json()["revision"] == 1


@pytest.mark.parametrize("text", [
    "a: [", "a: 1\na: 2", "!!python/object:os.system {}", "a: &x [*x]", "title: \xff", "{}\n---\n{}",
    "[" * 100 + "]" * 100])
def test_bad_yaml_is_400(admin, text):
    answer = admin.request("PUT", f"/domains/{unique('bad')}", body=text.encode("latin-1"),
                           headers={"Content-Type": "application/yaml"})

    assert (answer.status, answer.problem) == (400, "invalid-request")


def test_a_gzip_body_is_expanded(admin):
    name = unique("gzip")
    body = gzip.compress(json.dumps({"title": "T", "owners": ["user:admin"]}).encode())

    made = admin.request("PUT", f"/domains/{name}", body=body, headers={
        "Content-Type": "application/json", "Content-Encoding": "gzip"})

    assert made.status == 201
    assert made.json()["title"] == "T"


@pytest.mark.parametrize("body,status", [
    (b"not gzip", 400),
    (gzip.compress(b'{"title": "T", "owners": ["user:admin"]}')[:-4], 400),
    (gzip.compress(b'{"title": "T", "owners": ["user:admin"]}') + b"x", 400),
    (gzip.compress(b" " * 200_000_000), 413),
])
def test_a_gzip_body_that_is_broken_or_a_bomb_is_refused(admin, body, status):
    answer = admin.request("PUT", f"/domains/{unique('gzip')}", body=body, headers={
        "Content-Type": "application/json", "Content-Encoding": "gzip"})

    assert answer.status == status


def test_an_unknown_coding_is_415(admin):
    answer = admin.request("PUT", f"/domains/{unique('coded')}", body=b"{}", headers={
        "Content-Type": "application/json", "Content-Encoding": "br"})

    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data"])
def test_another_media_type_is_415(admin, media_type):
    answer = admin.request("PUT", f"/domains/{unique('typed')}", body=b"{}",
                           headers={"Content-Type": media_type})

    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


def test_a_representation_that_is_not_there_is_406(admin):
    answer = admin.get("/domains", {"Accept": "image/png"})

    assert (answer.status, answer.problem) == (406, "not-acceptable")


@pytest.mark.parametrize("accept", [
    "*/*", "application/*", "text/html, */*;q=0.1", "application/json;q=0.5"])
def test_json_is_given_to_who_accepts_it(admin, accept):
    assert admin.get("/domains", {"Accept": accept}).headers.get_content_type() == "application/json"


BAD_JSON = {
    "nothing": b"",
    "a space": b" ",
    "half an object": b'{"title": "T"',
    "a trailing comma": b'{"title": "T",}',
    "something after it": b'{"title": "T"} x',
    "a second document": b"{}{}",
    "a NUL after it": b"{}\x00",
    "a comment": b"{} // x",
    "a duplicate key": b'{"title": "A", "title": "B"}',
    "an escaped duplicate key": b'{"title": "A", "t\\u0069tle": "B"}',
    "NaN": b'{"title": NaN}',
    "infinity": b'{"title": Infinity}',
    "a lone surrogate": b'{"title": "\\ud800"}',
    "invalid UTF-8": b'{"title": "\xff"}',
    "an overlong form": b'{"title": "\xc0\xaf"}',
    "a raw control character": b'{"title": "a\nb"}',
    "an escaped NUL": b'{"title": "\\u0000"}',
    "too large an integer": b'{"title": 9223372036854775808}',
    "depth": b'{"title": ' + b"[" * 40 + b"]" * 40 + b"}",
    "very great depth": b"[" * 200_000,
    "a byte order mark": b"\xef\xbb\xbf{}",
    "single quotes": b"{'title': 'T'}",
    "a string": b'"title"',
    "an array": b"[]",
    "null": b"null",
    "a number": b"1",
    "the wrong type": b'{"title": 5, "owners": ["user:admin"]}',
    "an owner that is no principal": b'{"title": "T", "owners": ["ana"]}',
    "an owner of the wrong type": b'{"title": "T", "owners": "user:admin"}',
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
def test_bad_json_is_400_and_changes_nothing(admin, body):
    name = unique("bad")

    answer = admin.request("PUT", f"/domains/{name}", body=body,
                           headers={"Content-Type": "application/json"})

    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert admin.get(f"/domains/{name}").status == 404


def test_a_body_over_the_limit_is_413(admin):
    answer = admin.request("PUT", f"/domains/{unique('large')}", body=b" " * (2 * 1024 * 1024),
                           headers={"Content-Type": "application/json"})

    assert (answer.status, answer.problem) == (413, "too-large")


# --- queries and names ---

@pytest.mark.parametrize("query", [
    "limitt=1", "limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "cursor=%00", "cursor=garbage"])
def test_a_query_that_cannot_be_is_400(admin, query):
    answer = admin.get(f"/domains?{query}")

    assert (answer.status, answer.problem) == (400, "invalid-request")


@pytest.mark.parametrize("name", ["A", "a_b", "-a", "a-", "1a", "a" * 64, "a.b", "%C3%A4", "a%20b"])
def test_a_name_that_cannot_be_is_refused(admin, name):
    answer = admin.put(f"/domains/{name}", {"title": "T", "owners": ["user:admin"]})

    assert answer.status == 400 and answer.problem == "invalid-request"


@pytest.mark.parametrize("name", ["a", "a" * 63, "a-1", "z9"])
def test_a_name_that_can_be_is_taken(admin, name):
    answer = admin.put(f"/domains/{name}", {"title": "T", "owners": ["user:admin"]})

    assert answer.status == 201
    assert admin.delete(f"/domains/{name}").status == 204
