"""Engines that run a SELECT over the rows of a case."""
import datetime
import decimal
import sqlite3

import duckdb

TABLE = '"t ""1"'  # as cell_cases names it
TYPES = {"boolean": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "string": "VARCHAR",
         "date": "DATE", "double": "DOUBLE"}


def kind_of(column):
    return column["type"].partition("(")[0]


def python_value(kind, value):
    """A value of a case's rows: days of a date, ten-thousandths of a decimal."""
    if value is None:
        return None
    if kind == "date":
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=value)
    if kind == "decimal":
        return decimal.Decimal(value) / 10_000
    return value


def definition(case):
    return ", ".join('"' + column["name"].replace('"', '""') + '" ' +
                     TYPES.get(kind_of(column), column["type"]) for column in case["columns"])


def placeholders(case):
    return "(" + ", ".join("?" for _ in case["columns"]) + ")"


class DuckDb:
    def __init__(self):
        # One thread yields rows in the order they went in.
        self.connection = duckdb.connect(config={"threads": 1})

    def load(self, case, rows):
        self.connection.execute(f"CREATE OR REPLACE TABLE {TABLE} ({definition(case)})")
        if rows:
            self.connection.execute(
                f"INSERT INTO {TABLE} VALUES " + ", ".join([placeholders(case)] * len(rows)),
                [value for row in rows for value in row])

    def cells(self, sql):
        return self.connection.execute(sql).fetchall()


class Sqlite:
    def __init__(self):
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("PRAGMA case_sensitive_like = ON")

    def load(self, case, rows):
        self.connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        self.connection.execute(f"CREATE TABLE {TABLE} ({definition(case)})")
        self.connection.executemany(f"INSERT INTO {TABLE} VALUES {placeholders(case)}", rows)

    def cells(self, sql):
        return self.connection.execute(sql).fetchall()
