"""The German analysts of the demo mesh: an engine's lease and SELECT, run by DuckDB on the real
files, against what the grant means, worked out apart."""
import gzip
import pathlib
import sys
import urllib.request

import duckdb
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/api"), str(ROOT / "tests/tour")]

from masks import masked  # noqa: E402
from tour_test import DemoMesh  # noqa: E402

ASK = {"port": "customer/customers/files", "action": "read", "purpose": "reporting"}
SQL_TYPES = {"int": "INTEGER", "long": "BIGINT", "string": "VARCHAR"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    mesh = DemoMesh(tmp_path_factory.mktemp("cells"))
    yield mesh
    mesh.server.stop()


def as_(admin, principal):
    made = admin.must("POST", "/tokens", {"principal": principal, "name": "cells"})
    return admin.with_token(made["token"])


def rows_of(lines, columns):
    """The files' rows: fields ended by |, an empty one is NULL."""
    for line in lines:
        fields = [field or None for field in line.rstrip("\n").split("|")[:len(columns)]]
        yield {column["name"]: int(field) if field and column["type"] == "int" else field
               for column, field in zip(columns, fields)}


def test_an_engine_shows_german_analysts_exactly_what_was_granted(demo):
    admin = demo.admin()
    admin.must("PUT", "/groups/german-analysts", {"members": ["user:ana"]})
    as_(admin, "user:carla").must("POST", "/grants", {
        "grantee": "group:german-analysts", "resource": "customer/customers",
        "actions": ["read", "read_masked"], "columns": {"exclude": ["c_login"]},
        "rows": 'context.row has c_birth_country && context.row.c_birth_country == "GERMANY"',
        "purposes": ["reporting"], "reason": "Quarterly report of the branch."})
    ana = as_(admin, "user:ana")
    assert ana.post("/resolve", ASK).problem == "enforcement-required"
    columns = ana.must("GET", "/domains/customer/products/customers")["ports"][0]["columns"]

    answer = as_(admin, "engine:trino-prod").must(
        "POST", "/resolve", {**ASK, "on_behalf_of": "user:ana"})

    lines = []
    for file in answer["lease"]["urls"]:
        with urllib.request.urlopen(file["url"]) as opened:
            lines += gzip.decompress(opened.read()).decode().splitlines()
    table = list(rows_of(lines, columns))
    engine = duckdb.connect()
    engine.execute("CREATE TABLE files (" + ", ".join(
        f'"{column["name"]}" {SQL_TYPES[column["type"]]}' for column in columns) + ")")
    engine.executemany("INSERT INTO files VALUES (" + ", ".join("?" * len(columns)) + ")",
                       [list(row.values()) for row in table])
    seen = engine.execute(answer["access"]["select"]["duckdb"]).fetchall()

    def cell(row, column):
        if column["name"] == "c_login":
            return None
        if "pii" in column.get("tags", {}).get("class", []):
            return masked(column["tags"]["mask"][0], column["type"], row[column["name"]])
        return row[column["name"]]

    expected = [tuple(cell(row, column) for column in columns)
                for row in table if row["c_birth_country"] == "GERMANY"]
    assert 0 < len(expected) < len(table)
    assert sorted(seen, key=str) == sorted(expected, key=str)
