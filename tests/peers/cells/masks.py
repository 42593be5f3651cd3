"""What the masks of Iceberg's read-restrictions make of a value, written from their specification
and apart from Charter: https://github.com/apache/iceberg/pull/13879."""
import datetime
import decimal
import hashlib

NO_FORM = object()  # a mask that a dialect does not say: the cell is NULL

FIXED = {"boolean": False, "int": 0, "long": 0, "string": "XXXXXXXX", "double": 0.0,
         "date": datetime.date(1970, 1, 1), "decimal": decimal.Decimal(0)}


def alphanum(text):
    return "".join("n" if "0" <= c <= "9" else c if c in "(),.-@" else "x" for c in text)


def masked(mask, kind, value):
    if mask == "mask-to-fixed-value":
        return FIXED[kind]
    if value is None or mask == "replace-with-null":
        return None
    if mask == "mask-alphanum":
        return alphanum(value)
    if mask == "show-first-4":
        return value[:4] + alphanum(value[4:])
    if mask == "show-last-4":
        return alphanum(value[:-4]) + value[-4:]
    if mask == "truncate-to-year":
        return value.replace(month=1, day=1)
    if mask == "truncate-to-month":
        return value.replace(day=1)
    if mask == "sha-256-global" and kind == "string":
        return hashlib.sha256(value.encode()).hexdigest()
    return NO_FORM


def in_sql(mask, kind, value, dialect):
    """The cell that a SELECT yields."""
    if dialect == "ansi" and mask not in ("mask-to-fixed-value", "replace-with-null"):
        return None
    cell = masked(mask, kind, value)
    return None if cell is NO_FORM else cell
