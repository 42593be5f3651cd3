"""The generated SELECT, run by real engines, against the plain evaluator: every cell of random
tables under random policies. CHARTER_CELLS says how many cells (100000, half of them for each of
DuckDB and SQLite), CHARTER_SEED where the seeds begin."""
import datetime
import json
import os
import pathlib
import subprocess

import pytest
import sqlglot

import iceberg
from engines import DuckDb, Sqlite, kind_of, python_value
from masks import in_sql

BUILD = pathlib.Path(os.environ["CHARTER_BUILD"])
CELLS = int(os.environ.get("CHARTER_CELLS", "100000"))
FIRST = int(os.environ.get("CHARTER_SEED", "1"))
BATCH = 50


def cases(first, count, *options):
    done = subprocess.run([BUILD / "cell_cases", str(first), str(count), *options],
                          stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows_of(case):
    kinds = [kind_of(column) for column in case["columns"]]
    return [[python_value(kind, value) for kind, value in zip(kinds, row)] for row in case["rows"]]


def permitted(case, dialect):
    """The cells that are to be seen, row by row."""
    wanted = []
    for row, letters in zip(rows_of(case), case["expected"]):
        if set(letters) == {"-"}:
            continue
        wanted.append(tuple(
            value if letter == "c"
            else in_sql(column["mask"], kind_of(column), value, dialect) if letter == "m"
            else None
            for column, value, letter in zip(case["columns"], row, letters)))
    return wanted


def difference(engine, case, dialect, translate=lambda sql: sql):
    """Nothing, or what is wrong."""
    sql = translate(case["sql"][dialect])
    engine.load(case, rows_of(case))
    try:
        found = engine.cells(sql)
    except Exception as error:  # any: engines have their own
        return f"{type(error).__name__}: {error}"
    wanted = permitted(case, dialect)
    return "" if found == wanted else f"found  {found}\nwanted {wanted}"


def smallest(case, options, wrong):
    """The case with as few policies and rows as still differ."""
    dropped = []
    candidates = [f"-p{policy['number']}" for policy in case["policies"]] + \
                 [f"-r{row}" for row in range(len(case["rows"]))]
    for candidate in candidates:
        [less] = cases(case["seed"], 1, *options, *dropped, candidate)
        if wrong(less):
            dropped.append(candidate)
            case = less
    return case, dropped


def check(first, options, comparisons):
    """Compares batches of tables until half of CELLS were compared."""
    cells = {"clear": 0, "masked": 0, "hidden": 0}
    seed = first
    while sum(cells.values()) < CELLS / 2:
        for case in cases(seed, BATCH, *options):
            for letters in case["expected"]:
                for name, letter in zip(cells, "cm-"):
                    cells[name] += letters.count(letter)
            for wrong in comparisons:
                if wrong(case):
                    case, dropped = smallest(case, options, wrong)
                    pytest.fail(
                        f"cell_cases {case['seed']} 1 {' '.join([*options, *dropped])}\n" +
                        "\n".join(json.dumps(part, ensure_ascii=False) for part in
                                  case["policies"] + case["columns"] + case["rows"]) +
                        f"\nnow {case['now']}\nexpected {case['expected']}\n" +
                        "\n".join(case["conditions"]) + "\n" +
                        "\n".join(f"{name}: {sql}" for name, sql in case["sql"].items()) +
                        f"\n{json.dumps(case['restrictions'])}\n{wrong(case)}")
        seed += BATCH
    print(f"seeds {first} to {seed - 1}: {cells}")
    # The comparison means something.
    assert min(cells.values()) > CELLS / 50


def test_duckdb_yields_the_permitted_cells():
    engine = DuckDb()

    def wrong_ansi(case):
        same = case["sql"]["ansi"] == case["sql"]["duckdb"]
        return "" if same else difference(engine, case, "ansi")

    check(FIRST, [], [lambda case: difference(engine, case, "duckdb"), wrong_ansi])


def test_sqlite_yields_the_permitted_cells():
    engine = Sqlite()
    check(FIRST + 1_000_000, ["plain"], [lambda case: difference(engine, case, "ansi")])


@pytest.mark.parametrize("dialect", ["spark", "trino"])
def test_another_parser_reads_the_other_dialects(dialect):
    """sqlglot reads them and says the same for DuckDB."""
    class OneSort(DuckDb):
        def cells(self, sql):
            # What truncates a date is translated to what makes a timestamp of it.
            return [tuple(cell.date() if isinstance(cell, datetime.datetime) else cell
                          for cell in row) for row in super().cells(sql)]

    engine = OneSort()

    def translate(sql):
        return sqlglot.transpile(sql, read=dialect, write="duckdb")[0]

    for case in cases(FIRST + 2_000_000, max(20, CELLS // 2_000)):
        wrong = difference(engine, case, dialect, translate)
        assert not wrong, (f"cell_cases {case['seed']} 1\n{case['sql'][dialect]}\n"
                           f"{translate(case['sql'][dialect])}\n{wrong}")


def restricted(case, nulls):
    """What a reader shows under the case's read-restrictions: letters as in `expected`."""
    said = case["restrictions"]
    actions = {one["field-id"]: one["action"]
               for one in said.get("required-column-projections", [])}
    ids = [column["field_id"] for column in case["columns"]]
    shown = []
    for row in rows_of(case):
        reader = iceberg.Reader(nulls, dict(zip(ids, row)))
        if not reader.keeps(said.get("required-row-filter", True)):
            shown.append("-" * len(ids))
            continue
        letters = ""
        for column in case["columns"]:
            action = actions.get(column["field_id"], "")
            hides = "replace-with-null" if column["nullable"] else "mask-to-fixed-value"
            letters += "c" if not action else "m" if action == column["mask"] else \
                "-" if action == hides else "?"
        shown.append(letters)
    return shown


def test_read_restrictions_show_no_cell_that_is_not_permitted():
    exact = 0
    # A mask that is also what hides a column shows as masked.
    less = {"cc", "cm", "c-", "mm", "m-", "--"}
    for case in cases(FIRST + 3_000_000, max(20, CELLS // 200)):
        hiding = [column["mask"] == ("replace-with-null" if column["nullable"]
                                     else "mask-to-fixed-value") for column in case["columns"]]
        for nulls in (iceberg.NULL_SAFE, iceberg.NULLS_FIRST, iceberg.THREE_VALUED):
            for row, (wanted, shown) in enumerate(zip(case["expected"], restricted(case, nulls))):
                plain = [(a, b) for a, b, hides in zip(wanted, shown, hiding)
                         if not (hides and a + b in ("-m", "m-"))]
                where = (f"cell_cases {case['seed']} 1, row {row} with nulls {nulls}\n"
                         f"{wanted} became {shown}\n{case['conditions']}\n"
                         f"{json.dumps(case['restrictions'])}")
                assert all(a + b in less for a, b in plain), where
                if case["exact"]:
                    assert all(a == b for a, b in plain), where
        exact += case["exact"]
    print(f"exact: {exact}")
    assert exact > CELLS / 200 / 20
