"""Iceberg predicates by field id (https://iceberg.apache.org/expressions-spec/, appendix B), with
what readers make of null: NULL_SAFE is the specification, NULLS_FIRST what the Java library does,
THREE_VALUED an engine that hands them to SQL."""
import datetime
import decimal

NULL_SAFE, NULLS_FIRST, THREE_VALUED = "null-safe", "nulls-first", "three-valued"


def literal(node):
    kind, value = node["data-type"], node["value"]
    if kind == "date":
        return datetime.date.fromisoformat(value)
    return decimal.Decimal(value) if kind.startswith("decimal") else value


class Reader:
    def __init__(self, nulls, row):
        self.nulls = nulls
        self.row = row  # field id -> value

    def keeps(self, node):
        return self.test(node) is True

    def test(self, node):
        """True, False or, in three-valued logic only, None."""
        if isinstance(node, bool):
            return node
        kind = node["type"]
        if kind == "not":
            part = self.test(node["child"])
            return None if part is None else not part
        if kind in ("and", "or"):
            parts = [self.test(node["left"]), self.test(node["right"])]
            settled = kind == "or"
            return settled if settled in parts else None if None in parts else not settled
        if kind == "not-null":
            return self.value(node["child"]) is not None
        if kind == "in":
            value = self.value(node["child"])
            if value is None:
                return None if self.nulls == THREE_VALUED else False
            values = node["values"]
            return value in [literal({"value": one, "data-type": values["data-type"]})
                             for one in values["values"]]
        return self.compare(kind, self.value(node["left"]), self.value(node["right"]))

    def value(self, node):
        return self.row[node["id"]] if node["type"] == "reference" else literal(node)

    def compare(self, kind, a, b):
        if None in (a, b):
            if self.nulls == THREE_VALUED:
                return None
            if self.nulls == NULLS_FIRST:  # and starts-with of null, to be on the safe side
                a, b = (x is not None for x in (a, b))
                return {"eq": a == b, "lt": a < b, "lt-eq": a <= b, "gt": a > b, "gt-eq": a >= b,
                        "starts-with": True}[kind]
            return a is b and kind in ("eq", "lt-eq", "gt-eq")
        if kind == "starts-with":
            return a.startswith(b)
        assert type(a) is type(b), (a, b)
        return {"eq": a == b, "lt": a < b, "lt-eq": a <= b, "gt": a > b, "gt-eq": a >= b}[kind]
