"""The reference workflow of a data mesh, from a location to a revocation, in one script.

A producer registers its location and publishes, which gives nobody anything; gives its data
engineers the right to maintain the product; changes its schema and everybody sees the change. A
consumer domain asks, is granted directly and, for a second product, by tag; its owner passes the
access on to two of its members; the producer revokes and all below lose it at once. An auditor
sees every step.
"""
import pytest

from scenario import COLUMNS, in_seconds, unique

ORDERS = [
    {"name": "o_orderkey", "field_id": 1, "type": "long", "nullable": False, "description": "Key"},
]


class Workflow:
    """The people, the domains and their products; each step is a method."""

    def __init__(self, mesh):
        self.mesh, self.admin = mesh, mesh.admin
        self.steward, self.steward_client = mesh.principal("user", "engineer")
        self.loader, self.loader_client = mesh.principal("service", "loader")
        self.head, self.head_client = mesh.principal("user", "head")
        self.ana, self.ana_client = mesh.principal("user", "ana")
        self.bo, self.bo_client = mesh.principal("user", "bo")
        self.auditor, self.auditor_client = mesh.principal("user", "auditor")
        auditors = self.admin.get("/groups/auditors").json().get("members", [])
        self.admin.must("PATCH", "/groups/auditors", {"members": auditors + [self.auditor]})
        self.purpose, self.area = unique("analytics"), unique("area")
        self.admin.must("PUT", f"/purposes/{self.purpose}", {"description": "Counting"})
        self.admin.must("PUT", f"/tags/{self.area}",
                        {"values": ["retail", "internal"], "description": "Of what it is"})
        self.producer, self.owner = mesh.domain()
        self.consumer = unique("consumer")
        self.admin.must("PUT", f"/domains/{self.consumer}", {
            "title": "Consumers", "owners": [self.head], "members": [self.ana, self.bo]})
        self.storage = unique("lake")
        self.admin.must("PUT", f"/storages/{self.storage}", {
            "kind": "local", "root": self.storage,
            "delegated": {self.producer: [f"{self.producer}/"]}})
        for product in ("customers", "orders"):
            folder = mesh.server.storage / self.storage / self.producer / product
            folder.mkdir(parents=True)
            (folder / "part-0.csv").write_bytes(b"1\n" * 20)
        self.consumers = {"head": self.head_client, "ana": self.ana_client, "bo": self.bo_client}

    def product(self, name):
        return f"{self.producer}/{name}"

    def document(self, name, columns, **more):
        return {"title": name, "visibility": "listed", **more, "ports": [{
            "name": "files", "kind": "files", "format": "csv", "columns": columns,
            "location": f"local://{self.storage}/{self.producer}/{name}/"}]}

    def resolve(self, client, name, **more):
        return client.post("/resolve", {"port": f"{self.product(name)}/files", "action": "read",
                                        "purpose": self.purpose, **more}).status

    def who_reads(self, name):
        people = {**self.consumers, "owner": self.owner, "admin": self.admin,
                  "engineer": self.steward_client, "auditor": self.auditor_client}
        return {who for who, client in people.items() if self.resolve(client, name) == 200}

    # --- the steps ---

    def publish(self):
        self.owner.must("PUT", f"/domains/{self.producer}/locations/main", {
            "storage": self.storage, "uri": f"local://{self.storage}/{self.producer}/"})
        for name, columns, tags in (("customers", COLUMNS, {}),
                                    ("orders", ORDERS, {self.area: ["retail"]})):
            path = f"/domains/{self.producer}/products/{name}"
            self.owner.must("PUT", path, self.document(name, columns, tags=tags))
            self.owner.must("POST", f"{path}/publish", {"version": "1.0.0"})

    def let_engineers_maintain(self):
        self.owner.must("PATCH", f"/domains/{self.producer}", {"stewards": [self.steward]})
        self.owner.must("POST", "/grants", {
            "grantee": self.loader, "resource": self.product("customers"), "actions": ["write"],
            "reason": "loads it every night"})

    def change_schema(self):
        path = f"/domains/{self.producer}/products/customers"
        columns = COLUMNS + [{"name": "c_birth_country", "field_id": 3, "type": "string",
                              "nullable": True, "description": "Where from"}]
        self.steward_client.must("PUT", path, self.document("customers", columns, tags={}))
        self.owner.must("POST", f"{path}/publish", {"version": "1.1.0"})

    def ask(self):
        return self.head_client.must("POST", "/requests", {
            "resource": self.product("customers"), "for": f"domain:{self.consumer}",
            "actions": ["describe", "read"], "purpose": self.purpose,
            "reason": "who buys how often", "duration_s": 90 * 24 * 3600})

    def grant(self, **what):
        return self.owner.must("POST", "/grants", {
            "grantee": f"domain:{self.consumer}", "actions": ["describe", "read"],
            "purposes": [self.purpose], "expires_at": in_seconds(90 * 24 * 3600),
            "delegable": True, "reason": "to be passed on", **what})

    def tagged(self):
        return {"domain": self.producer, "all": {self.area: ["retail"]}}

    def pass_on(self, grant, to, **what):
        return self.head_client.must("POST", "/grants", {
            "grantee": to, "actions": ["read"], "purposes": [self.purpose],
            "expires_at": in_seconds(30 * 24 * 3600), "parent": grant["id"],
            "reason": "works on it", **what})


@pytest.fixture(scope="module")
def workflow(mesh):
    return Workflow(mesh)


def test_the_reference_workflow(workflow):
    flow = workflow
    start = flow.auditor_client.end_of_changes()

    # Publishing gives nobody anything, not the owner nor the administrator either.
    flow.publish()
    assert flow.who_reads("customers") == flow.who_reads("orders") == set()

    # Engineers maintain it: they edit, and write, and that lets nobody read.
    seen = flow.ana_client.end_of_changes()
    assert flow.steward_client.patch(f"/domains/{flow.producer}/products/customers",
                                     {"description": "mine"}).status == 403
    flow.let_engineers_maintain()
    flow.change_schema()
    assert flow.who_reads("customers") == set()
    upload = {"port": f"{flow.product('customers')}/files", "action": "write", "delivery": "none"}
    assert flow.loader_client.post("/resolve", upload).status == 200
    assert flow.steward_client.post("/resolve", upload).status == 403

    # Everybody sees the change, and the new column.
    for client in (flow.ana_client, flow.auditor_client):
        changed = [each for each in client.changes(after=seen)
                   if each["resource"] == flow.product("customers")]
        assert changed, "the change of the schema is told"
    shown = flow.ana_client.get(f"/domains/{flow.producer}/products/customers").json()
    assert [each["name"] for each in shown["ports"][0]["columns"]][-1] == "c_birth_country"
    assert shown["version"] == "1.1.0"

    # The consumer asks; who asked does not approve; the producer does.
    request = flow.ask()
    assert request["state"] == "pending"
    approve = f"/requests/{request['id']}/approve"
    assert flow.head_client.post(approve, {}).status in (403, 404)
    assert flow.ana_client.get(f"/grants?grantee=domain:{flow.consumer}").json()["items"] == []
    approved = flow.owner.must("POST", approve, {"note": "for three months"})
    asked_for = flow.owner.pages(f"/grants?grantee=domain:{flow.consumer}")
    assert [each["request"] for each in asked_for] == [request["id"]]
    assert asked_for[0]["id"] in str(approved)
    assert flow.who_reads("customers") == {"ana", "bo"}, "members of the team, and nobody else"
    assert flow.who_reads("orders") == set()
    flow.owner.must("DELETE", f"/grants/{asked_for[0]['id']}?reason=replaced")
    assert flow.who_reads("customers") == set()

    # What is to be passed on is for nobody until it is.
    direct = flow.grant(resource=flow.product("customers"))
    by_tag = flow.grant(tagged=flow.tagged())
    assert flow.who_reads("customers") == flow.who_reads("orders") == set()

    # The consumer's owner passes it on to two members, and to nobody outside, and no more.
    outside, _ = flow.mesh.principal("user", "outside")
    too_much = [{"grantee": outside}, {"actions": ["read", "write"]},
                {"resource": flow.producer}, {"expires_at": in_seconds(200 * 24 * 3600)}]
    for change in too_much:
        refused = flow.head_client.post("/grants", {
            "grantee": flow.ana, "resource": flow.product("customers"), "actions": ["read"],
            "purposes": [flow.purpose], "expires_at": in_seconds(3600), "parent": direct["id"],
            "reason": "too much", **change})
        assert 400 <= refused.status < 500, (change, refused)
    below = [flow.pass_on(direct, flow.ana, resource=flow.product("customers")),
             flow.pass_on(direct, flow.bo, resource=flow.product("customers")),
             flow.pass_on(by_tag, flow.ana, tagged=flow.tagged()),
             flow.pass_on(by_tag, flow.bo, tagged=flow.tagged())]
    assert flow.who_reads("customers") == flow.who_reads("orders") == {"ana", "bo"}
    unsaid = {"port": f"{flow.product('customers')}/files", "action": "read"}
    assert flow.ana_client.post("/resolve", unsaid).status == 403, "for the purpose only"

    # A retag counts at once, and what left the team has nothing.
    orders = f"/domains/{flow.producer}/products/orders"
    flow.owner.must("PATCH", orders, {"tags": {flow.area: ["internal"]}})
    assert flow.who_reads("orders") == set()
    flow.owner.must("PATCH", orders, {"tags": {flow.area: ["retail"]}})
    flow.admin.must("PATCH", f"/domains/{flow.consumer}", {"members": [flow.ana]})
    assert flow.who_reads("customers") == flow.who_reads("orders") == {"ana"}
    flow.admin.must("PATCH", f"/domains/{flow.consumer}", {"members": [flow.ana, flow.bo]})

    # The producer revokes, and all below fall with it, at once.
    fallen = flow.owner.must("DELETE", f"/grants/{direct['id']}?reason=over")["revoked"]
    assert set(fallen) == {direct["id"], below[0]["id"], below[1]["id"]}
    assert flow.who_reads("customers") == set()
    assert flow.who_reads("orders") == {"ana", "bo"}
    flow.owner.must("DELETE", f"/grants/{by_tag['id']}?reason=over")
    assert flow.who_reads("orders") == set()

    check_what_the_auditor_sees(flow, start, request, [direct, by_tag, *below])


def check_what_the_auditor_sees(flow, start, request, grants):
    """Every step in one place: the journal in order, the ledger with who and why."""
    changes = flow.auditor_client.changes(after=start)
    steps = [(each["kind"], each["resource"], each["change"]) for each in changes]
    assert [each["seq"] for each in changes] == sorted(each["seq"] for each in changes)
    made = [steps.index(step) for step in [
        ("location", f"{flow.producer}/main", "created"),
        ("product", flow.product("customers"), "created"),
        ("request", request["id"], "created"),
        *(("grant", each["id"], "created") for each in grants)]]
    ended = [steps.index(("grant", each["id"], "revoked")) for each in grants]
    assert made == sorted(made) and max(made) < min(ended), steps
    for each in grants:
        shown = flow.auditor_client.get(f"/grants/{each['id']}").json()
        assert shown["state"] == "revoked" and shown["granted_by"]

    reads = flow.auditor_client.pages(f"/ledger?principal={flow.ana}")
    verdicts = [each["allow"] for each in reads]
    assert True in verdicts and verdicts[0] is False, "the newest first: after the revocation"
    allowed = {label for each in reads if each["allow"] for label in each["determined_by"]}
    assert f"grant:{grants[2]['id']}" in allowed
    assert flow.auditor_client.must("POST", "/ledger/verify")["valid"] is True
    for client in (flow.ana_client, flow.head_client):
        assert client.get("/ledger").status == 403, "the ledger is for auditors, and for owners"
