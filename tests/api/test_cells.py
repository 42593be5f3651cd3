"""Columns and rows: what a grant gives of a table, what an engine is told, and what nobody else gets."""
import pytest

from scenario import Lake, in_seconds, unique

KEY, MAIL = "c_customer_sk", "c_email_address"


@pytest.fixture(scope="module")
def lake(mesh):
    return Lake(mesh)


@pytest.fixture(scope="module")
def hashed(mesh, lake):
    """The mail column is masked by hash."""
    mesh.admin.must("PUT", "/tags/mask", {"values": ["sha-256-global", "truncate-to-year"]})
    document = lake.document()
    document["ports"][0]["columns"] = [
        document["ports"][0]["columns"][0],
        {**document["ports"][0]["columns"][1], "tags": {"mask": ["sha-256-global"]}}]
    lake.owner.must("PUT", lake.path, document)
    return lake


@pytest.fixture
def engine(mesh, lake):
    """(client, makes it enforce something, name): trusted here, speaks for everybody it is given."""
    name = unique("engine")

    def enforce(*what, speaks_for=()):
        mesh.admin.must("PUT", f"/engines/{name}", {"enforces": list(what),
                                                    "speaks_for": list(speaks_for)})

    enforce()
    lake.policy(f'permit (principal == Engine::"{name}", action == Action::"enforce", '
                f'resource in Domain::"{lake.domain}");')
    return mesh.as_(f"engine:{name}"), enforce


def shows(access):
    return {column["name"]: (column["show"], column.get("mask")) for column in access["columns"]}


def test_a_grant_of_rows_needs_an_engine(mesh, lake, engine):
    reader, client = mesh.principal()
    grant = lake.grant(reader, rows=f"context.row.{KEY} > 7")
    assert grant["rows"] == f"context.row.{KEY} > 7"
    assert any(f"context.row.{KEY} > 7" in text for text in grant["cedar"])

    denied = lake.resolve(client)

    assert (denied.status, denied.problem) == (403, "enforcement-required")
    access = denied.json()["access"]
    assert access["rows"] == {"cedar": f"context.row.{KEY} > 7", "sql": {
        "ansi": f'"{KEY}" > 7', "duckdb": f'"{KEY}" > 7', "spark": f"`{KEY}` > 7",
        "trino": f'"{KEY}" > 7'}}
    assert shows(access) == {KEY: ("clear", None), MAIL: ("clear", None)}
    assert "urls" not in denied.text

    trino, enforce = engine
    for what, status in ((["columns", "masks"], 403), (["rows"], 200)):
        enforce(*what, speaks_for=[reader])
        answer = lake.resolve(trino, on_behalf_of=reader)
        assert answer.status == status, repr(answer)
        assert answer.json()["access"] == access
    assert answer.json()["access"]["restricted"] is True
    assert answer.json()["lease"]["urls"]
    assert f"grant:{grant['id']}" in answer.json()["decision"]["determined_by"]


def test_full_access_needs_no_engine(mesh, lake):
    reader, client = mesh.principal()
    lake.grant(reader)
    access = lake.resolve(client).json()["access"]
    assert access == {"restricted": False, "rows": None,
                      "columns": [{"name": KEY, "show": "clear"}, {"name": MAIL, "show": "clear"}]}


def test_an_engine_adds_nothing_of_its_own(mesh, lake, engine):
    reader, _ = mesh.principal()
    trino, enforce = engine
    enforce("columns", "masks", "rows", speaks_for=[reader])
    lake.grant(mesh.principal()[0])
    assert lake.resolve(trino, on_behalf_of=reader).problem == "forbidden"
    assert lake.resolve(trino).problem == "forbidden"
    lake.grant(reader, columns={"include": [KEY]})
    answer = lake.resolve(trino, on_behalf_of=reader)
    assert shows(answer.json()["access"]) == {KEY: ("clear", None), MAIL: ("hidden", None)}
    assert answer.json()["access"]["rows"] is None
    # Not trusted here any more: nothing.
    lake.policy(f'forbid (principal is Engine, action == Action::"enforce", '
                f'resource in Domain::"{lake.domain}");', name="no-engines")
    assert lake.resolve(trino, on_behalf_of=reader).problem == "forbidden"
    lake.owner.must("DELETE", f"/domains/{lake.domain}/policies/no-engines")


def test_masked_is_what_read_masked_gives(mesh, hashed, engine):
    reader, client = mesh.principal()
    trino, enforce = engine
    hashed.grant(reader, columns={"exclude": [MAIL]})
    hashed.grant(reader, actions=["read_masked"], rows=f"context.row.{KEY} == 1")
    enforce("columns", "rows", speaks_for=[reader])
    assert hashed.resolve(trino, on_behalf_of=reader).problem == "enforcement-required"
    enforce("columns", "masks", "rows", speaks_for=[reader])

    access = hashed.resolve(trino, on_behalf_of=reader).json()["access"]

    assert shows(access) == {KEY: ("clear", None), MAIL: ("masked", "sha-256-global")}
    assert access["columns"][1]["when"]["cedar"] == f"context.row.{KEY} == 1"
    assert access["rows"] is None
    assert "sha256" in access["select"]["duckdb"].lower()
    assert access["select"]["duckdb"].endswith('FROM "files"')


def test_authorize_says_what_resolve_does(mesh, lake):
    reader, client = mesh.principal()
    lake.grant(reader, rows=f"context.row.{KEY} == 3")
    question = {"action": "read", "resource": lake.port, "explain": True}
    answer = client.must("POST", "/authorize", question)
    assert answer["decision"]["allow"] is False
    assert answer["access"] == lake.resolve(client).json()["access"]
    column = client.must("POST", "/authorize", {"action": "read", "resource": f"{lake.port}/{KEY}"})
    assert (column["decision"]["allow"], column["decision"]["rows"]) == (
        False, f"context.row.{KEY} == 3")
    about = lake.owner.must("GET", f"/access/who?resource={lake.port}&action=read")["items"]
    mine = [item for item in about if item.get("principal") == reader]
    assert mine[0]["paths"][0]["conditions"] == [f"only where context.row.{KEY} == 3"]


def test_passing_on_keeps_the_rows_of_what_is_passed_on(mesh, lake):
    member, client = mesh.principal()
    chief, chief_client = mesh.principal()
    team, _ = mesh.domain(members=[member], owners=[chief])
    above = lake.grant(f"domain:{team}", delegable=True, rows=f"context.row.{KEY} > 1",
                       columns={"include": [KEY]})
    chief_client.must("POST", "/grants", {
        "grantee": member, "resource": lake.product, "actions": ["read"], "parent": above["id"],
        "rows": f"context.row.{KEY} < 9", "reason": "t"})

    access = lake.resolve(client).json()["access"]

    assert access["rows"]["cedar"] == f"context.row.{KEY} < 9 && context.row.{KEY} > 1"
    assert shows(access) == {KEY: ("clear", None), MAIL: ("hidden", None)}


def test_an_approval_gives_less(mesh, lake):
    reader, client = mesh.principal()
    mesh.admin.must("PUT", "/purposes/cells", {"description": "d"})
    asked = {"resource": lake.product, "actions": ["read"], "purpose": "cells", "reason": "r",
             "duration_s": 86400}
    request = client.must("POST", "/requests", asked)["id"]
    bad = lake.owner.post(f"/requests/{request}/approve", {"rows": "context.row.nothing == 1"})
    assert (bad.status, bad.json()["errors"][0]["pointer"]) == (400, "/rows")
    grant = lake.owner.must("POST", f"/requests/{request}/approve",
                            {"rows": f"context.row.{KEY} == 1", "columns": {"include": [KEY]}})
    assert (grant["rows"], grant["columns"]) == (f"context.row.{KEY} == 1", {"include": [KEY]})
    access = lake.resolve(client, purpose="cells").json()["access"]
    assert access["rows"]["cedar"] == f"context.row.{KEY} == 1"
    # A renewal is no wider than what it renews.
    renewal = client.must("POST", f"/requests/{request}/renew", {"reason": "more"})["id"]
    again = lake.owner.must("POST", f"/requests/{renewal}/approve",
                            {"rows": f"context.row.{KEY} < 5"})
    assert again["columns"] == {"include": [KEY]}
    lake.owner.must("DELETE", f"/grants/{grant['id']}")
    assert lake.resolve(client, purpose="cells").json()["access"]["rows"]["cedar"] == (
        f"context.row.{KEY} == 1 && context.row.{KEY} < 5")


def test_a_renewal_is_as_it_was_given(mesh):
    lake = Lake(mesh)
    reader, client = mesh.principal()
    mesh.admin.must("PUT", "/purposes/cells", {"description": "d"})
    request = client.must("POST", "/requests", {
        "resource": lake.product, "actions": ["read"], "purpose": "cells", "reason": "r",
        "duration_s": 86400})["id"]
    lake.owner.must("POST", f"/requests/{request}/approve", {"columns": {"exclude": [MAIL]}})
    wider = lake.document()
    wider["ports"][0]["columns"] = [*wider["ports"][0]["columns"],
                                    {"name": "later", "type": "string", "nullable": True}]
    lake.owner.must("PUT", lake.path, wider)
    lake.owner.must("POST", f"{lake.path}/publish", {"version": "1.1.0"})
    closed = {KEY: ("clear", None), MAIL: ("hidden", None), "later": ("hidden", None)}
    for columns in (None, {"include": [KEY, "later"]}):
        request = client.must("POST", f"/requests/{request}/renew", {"reason": "more"})["id"]
        grant = lake.owner.must("POST", f"/requests/{request}/approve",
                                {"columns": columns} if columns else {})
        assert shows(lake.resolve(client, purpose="cells").json()["access"]) == closed
    assert grant["columns"] == {"include": [KEY]}


def test_a_lease_of_a_part_ends_with_the_grant(mesh, lake, engine):
    reader, _ = mesh.principal()
    trino, enforce = engine
    enforce("columns", "masks", "rows", speaks_for=[reader])
    ends = in_seconds(100)
    lake.grant(reader, columns={"include": [KEY]}, expires_at=ends)
    answer = lake.resolve(trino, on_behalf_of=reader, duration_s=3600)
    assert answer.json()["lease"]["expires_at"] <= ends


def test_further_pages_of_a_lease_need_what_the_first_one_needed(mesh):
    lake = Lake(mesh)
    for number in range(1200):
        (lake.folder / f"more-{number:04}.csv").write_bytes(b"1")
    name = unique("engine")
    reader, _ = mesh.principal()

    def roster(*speaks_for):
        mesh.admin.must("PUT", f"/engines/{name}", {"enforces": ["columns", "masks", "rows"],
                                                    "speaks_for": list(speaks_for)})

    roster(reader)
    trino = mesh.as_(f"engine:{name}")
    lake.policy(f'permit (principal == Engine::"{name}", action == Action::"enforce", '
                f'resource in Domain::"{lake.domain}");')
    grant = lake.grant(reader)

    def first(**by):
        lease = lake.resolve(trino, delivery="urls", **by).json()["lease"]
        return f"/leases/{lease['id']}?cursor={lease['next']}"

    page = first(on_behalf_of=reader)
    assert trino.get(page).json()["urls"]
    roster()
    assert trino.get(page).status == 403
    token = mesh.admin.must("POST", "/tokens", {"principal": reader, "name": "subject"})
    by_token = first(subject_token=token["token"])
    assert trino.get(by_token).status == 200
    mesh.admin.must("DELETE", f"/tokens/{token['id']}")
    assert trino.get(by_token).status == 403
    # What it was told to enforce is not what it would be told now.
    roster(reader)
    assert trino.get(page).status == 200
    lake.policy(f'forbid (principal, action == Action::"read", resource in '
                f'Domain::"{lake.domain}") when {{ context.row.{KEY} == 7 }};')
    assert trino.get(page).status == 403
    narrowed = first(on_behalf_of=reader)
    assert trino.get(narrowed).status == 200
    lake.owner.must("DELETE", f"/grants/{grant['id']}")
    assert trino.get(narrowed).status == 403


def test_the_ledger_has_what_was_permitted(mesh, lake):
    reader, client = mesh.principal()
    lake.grant(reader, rows=f"context.row.{KEY} == 4")
    decision = lake.resolve(client).json()["decision"]["id"]
    record = mesh.admin.must("GET", f"/ledger/{decision}")
    assert record["access"]["rows"] == f"context.row.{KEY} == 4"


def test_hidden_columns_are_not_named_to_who_may_not_discover_them(mesh):
    secret = Lake(mesh, visibility="hidden")
    reader, client = mesh.principal()
    secret.owner.must("POST", "/grants", {
        "grantee": reader, "resource": secret.port, "actions": ["read"],
        "columns": {"include": [KEY]}, "reason": "t"})
    secret.policy(f'forbid (principal == User::"{reader[5:]}", action in Action::"metadata", '
                  f'resource == Column::"{secret.port}/{MAIL}");')
    denied = secret.resolve(client)
    assert denied.problem == "enforcement-required"
    assert MAIL not in denied.text
    # What is not listed there would be clear.
    assert denied.json()["access"]["read_restrictions"] == {"required-row-filter": False}
    assert denied.json()["access"]["read_restrictions_exact"] is False
    # A condition that looks at it names it, and can be said.
    secret.owner.must("POST", "/grants", {
        "grantee": reader, "resource": secret.port, "actions": ["read"], "reason": "t",
        "columns": {"include": [KEY]}, "rows": f'context.row has {MAIL}'})
    told = secret.resolve(client).json()["access"]
    assert told["rows"] is None and told["select"]["duckdb"]


def test_the_schema_of_a_port_has_its_row(mesh, lake):
    _, client = mesh.principal()
    schema = client.must("GET", f"/policies/schema?port={lake.port}")["schema"]
    assert f'type Row = {{ "{KEY}": Long, "{MAIL}"?: String }};' in schema
    assert client.get(f"/policies/schema?port={lake.domain}/absent/files").status == 404


def test_rules_over_rows_are_checked_against_the_tables(mesh, lake):
    def write(condition):
        return lake.owner.put(f"/domains/{lake.domain}/policies/rows", {
            "cedar": f'permit (principal, action == Action::"read", resource in '
                     f'Domain::"{lake.domain}") when {{ {condition} }};'})

    for condition, said in ((f"context.row.{MAIL} == \"a\"", lake.port),
                            ("context.row.nothing == 1", "nothing"),
                            (f"context.row.{KEY} + 1 == 2", "arithmetic")):
        refused = write(condition)
        assert refused.status == 400
        assert said in refused.json()["errors"][0]["detail"]
    assert write(f"context.row.{KEY} == 1").status == 201
    without = lake.document()
    without["ports"][0]["columns"] = without["ports"][0]["columns"][1:]
    lake.owner.must("PUT", lake.path, without)
    kept = lake.owner.post(f"{lake.path}/publish", {"version": "2.0.0"})
    assert (kept.status, kept.problem) == (409, "conflict")
    assert f"policy:{lake.domain}/rows" in kept.json()["detail"]
    lake.owner.must("DELETE", f"/domains/{lake.domain}/policies/rows")
    lake.owner.must("PUT", lake.path, lake.document())


def test_no_version_takes_a_forbid_its_column(mesh):
    lake = Lake(mesh)
    lake.policy(f'forbid (principal, action == Action::"read", resource in Domain::"{lake.domain}") '
                f'when {{ context.row has {MAIL} && context.row.{MAIL} == "eu" }};', name="eu")
    key, mail = lake.document()["ports"][0]["columns"]
    for columns in ([key], [key, {**mail, "name": "mail_2"}], [key, {**mail, "type": "binary"}]):
        document = lake.document()
        document["ports"][0]["columns"] = columns
        lake.owner.must("PUT", lake.path, document)
        refused = lake.owner.post(f"{lake.path}/publish", {"version": "2.0.0"})
        assert refused.status == 409 and f"policy:{lake.domain}/eu" in refused.json()["detail"]


def test_empty_rows_are_no_rows(mesh, lake):
    answer = lake.owner.post("/grants", {"grantee": mesh.principal()[0], "resource": lake.product,
                                         "actions": ["read"], "reason": "t", "rows": ""})
    assert (answer.status, answer.pointers) == (400, ["/rows"])
