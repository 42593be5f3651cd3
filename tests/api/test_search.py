"""Search: words, facets, pages, and input that tries to be more than words."""
import types
import urllib.parse

import pytest

from scenario import unique


@pytest.fixture(scope="module")
def found(mesh):
    """Three products of one domain with a word of their own."""
    key = unique("area")
    mesh.admin.must("PUT", f"/tags/{key}", {"values": ["retail", "web"], "description": "d"})
    domain, owner = mesh.domain()
    storage = unique("lake")
    mesh.admin.must("PUT", f"/storages/{storage}",
                    {"kind": "local", "root": storage, "delegated": {domain: [f"{domain}/"]}})
    owner.must("PUT", f"/domains/{domain}/locations/main",
               {"storage": storage, "uri": f"local://{storage}/{domain}/"})

    result = types.SimpleNamespace(domain=domain, owner=owner, key=key,
                                   word=f"zymurgy{domain.rpartition('-')[2]}")
    for name, area, extra in (("alpha", "retail", "barley"), ("beta", "retail", "hops"),
                              ("gamma", "web", "barley barley")):
        owner.must("PUT", f"/domains/{domain}/products/{name}", {
            "title": f"The {name} of {result.word}", "description": f"About {extra}",
            "tags": {key: [area]},
            "ports": [{"name": "files", "format": "csv",
                       "location": f"local://{storage}/{domain}/{name}/",
                       "columns": [{"name": f"{name}_column_{result.word}", "type": "int",
                                    "description": "yeast"}]}]})
        owner.must("POST", f"/domains/{domain}/products/{name}/publish", {"version": "1.0.0"})
    return result


def names(page):
    assert page.status == 200, repr(page)
    return [item["product"].rpartition("/")[2] for item in page.json()["items"]]


def test_words_find_titles_descriptions_and_columns(mesh, found):
    client = found.owner

    assert sorted(names(client.get(f"/search?q={found.word}"))) == ["alpha", "beta", "gamma"]
    assert sorted(names(client.get(f"/search?q={found.word}%20barley"))) == ["alpha", "gamma"]
    assert names(client.get(f"/search?q=beta_column_{found.word}")) == ["beta"]
    assert names(client.get(f"/search?q={found.word}%20nothing-at-all")) == []


def test_the_last_word_may_be_a_beginning(found):
    assert sorted(names(found.owner.get(f"/search?q={found.word[:-1]}"))) >= ["alpha"]


def test_filters_narrow_and_facets_count(found):
    page = found.owner.get(f"/search?q={found.word}")
    filtered = found.owner.get(f"/search?q={found.word}&tag={found.key}:retail")

    facets = page.json()["facets"]
    assert page.json()["total"] == 3
    assert {"value": found.domain, "count": 3} in facets["domain"]
    assert {"value": f"{found.key}:retail", "count": 2} in facets["tag"]
    assert {"value": "csv", "count": 3} in facets["format"]
    assert {"value": "published", "count": 3} in facets["status"]
    assert sorted(names(filtered)) == ["alpha", "beta"]
    assert names(found.owner.get(f"/search?domain={found.domain}&sort=name")) == [
        "alpha", "beta", "gamma"]


def test_pages_hold_each_hit_once(found):
    items = found.owner.pages(f"/search?q={found.word}", limit=1)

    assert sorted(item["product"] for item in items) == [
        f"{found.domain}/{name}" for name in ("alpha", "beta", "gamma")]


def test_a_change_is_found_at_once(mesh, found):
    word = f"fresh{found.word}"
    before = names(found.owner.get(f"/search?q={word}"))
    found.owner.must("PATCH", f"/domains/{found.domain}/products/alpha", {"description": word})
    # The text counts once it is published.
    unpublished = names(found.owner.get(f"/search?q={word}"))
    found.owner.must("POST", f"/domains/{found.domain}/products/alpha/publish",
                     {"version": "9.0.0"})

    assert unpublished == []
    assert before == []
    assert names(found.owner.get(f"/search?q={word}")) == ["alpha"]


@pytest.mark.parametrize("q", [
    '"', '""', "'", "*", "a*", "^a", "NEAR(a b)", "a NEAR b", "AND", "a OR b", "NOT", "title:a",
    "{title description}: a", "(", ")", "a AND (b", "-a", "+a", "a;--", "\\", "%", "_", "\u0001",
    "ä ö ü", "漢字", "🦉", "a" * 400, " ", "", "\u202e", "or 1=1", "' OR ''='", "a\tb\nc", "--", "/*"])
def test_words_are_only_words(mesh, q):
    answer = mesh.admin.get("/search?" + urllib.parse.urlencode({"q": q}))

    assert answer.status in (200, 400)
    if answer.status == 400:
        assert answer.problem == "invalid-request"


@pytest.mark.parametrize("query", [
    "limit=0", "limit=1001", "sort=best", "cursor=x", "unknown=1", "status=lost", "tag=nocolon",
    "q=" + "a" * 501])
def test_a_query_that_cannot_be_is_400(admin, query):
    answer = admin.get(f"/search?{query}")

    assert (answer.status, answer.problem) == (400, "invalid-request")
