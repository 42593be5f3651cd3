"""What holds for every document: who asks, how bodies are coded, what is refused.

Bodies that are no JSON and no YAML are in the table of tests/hostile.
"""
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


def test_a_gzip_body_is_expanded(admin):
    name = unique("gzip")
    body = gzip.compress(json.dumps({"title": "T", "owners": ["user:admin"]}).encode())

    made = admin.request("PUT", f"/domains/{name}", body=body, headers={
        "Content-Type": "application/json", "Content-Encoding": "gzip"})

    assert made.status == 201
    assert made.json()["title"] == "T"


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
