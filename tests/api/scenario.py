"""Pieces that many tests start from."""
import datetime
import itertools

numbers = itertools.count(1)


def unique(word):
    """A name that no other test of this run uses."""
    return f"{word}-{next(numbers)}"


def in_seconds(seconds):
    """A moment from now in RFC 3339, to the millisecond."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Mesh:
    """The running server, its administrator, and people made on demand."""

    def __init__(self, server, client_class):
        self.server = server
        self.admin = client_class(server.port, server.admin_token)
        self.anonymous = client_class(server.port)

    def principal(self, kind="user", word=None):
        """Makes a principal: (`user:ana-1`, a client with its token)."""
        name = unique(word or kind)
        self.admin.must("PUT", f"/{kind}s/{name}", {})
        client = None if kind == "group" else self.as_(f"{kind}:{name}")  # groups have no tokens
        return f"{kind}:{name}", client

    def as_(self, principal):
        """A client that acts as `principal`, which exists."""
        made = self.admin.must("POST", "/tokens", {"principal": principal, "name": "test"})
        return self.admin.with_token(made["token"])

    def domain(self, **document):
        """A domain with an owner: (name, the owner's client)."""
        owner, owner_client = self.principal("user", "owner")
        name = unique("domain")
        self.admin.must("PUT", f"/domains/{name}",
                        {"title": "A domain", "owners": [owner], "members": [], **document})
        return name, owner_client


COLUMNS = [
    {"name": "c_customer_sk", "field_id": 1, "type": "long", "nullable": False,
     "description": "The customer's key"},
    {"name": "c_email_address", "field_id": 2, "type": "string", "nullable": True,
     "description": "Where mail goes"},
]


class Lake:
    """A domain with a storage, a location and one published product with bytes."""

    def __init__(self, mesh, visibility="listed", publish=True):
        self.mesh = mesh
        self.domain, self.owner = mesh.domain()
        self.storage = unique("lake")
        mesh.admin.must("PUT", f"/storages/{self.storage}",
                        {"kind": "local", "root": self.storage,
                         "delegated": {self.domain: [f"{self.domain}/"]}})
        self.files = {"part-0.csv": b"1|ana@example.org\n" * 50,
                      "part-1.csv": b"2|bo@example.org\n" * 70}
        folder = mesh.server.storage / self.storage / self.domain / "customers"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        self.folder = folder
        self.owner.must("PUT", f"/domains/{self.domain}/locations/main",
                        {"storage": self.storage, "uri": f"local://{self.storage}/{self.domain}/"})
        self.path = f"/domains/{self.domain}/products/customers"
        self.product = f"{self.domain}/customers"
        self.port = f"{self.product}/files"
        self.owner.must("PUT", self.path, self.document(visibility))
        if publish:
            self.owner.must("POST", f"{self.path}/publish", {"version": "1.0.0"})

    def document(self, visibility="listed"):
        return {
            "title": "Customers", "description": "Who bought something", "visibility": visibility,
            "tags": {},
            "ports": [{"name": "files", "kind": "files", "format": "csv",
                       "location": f"local://{self.storage}/{self.domain}/customers/", "tags": {},
                       "columns": COLUMNS}]}

    def grant(self, grantee, **document):
        """The owner grants; returns the grant."""
        return self.owner.must("POST", "/grants", {
            "grantee": grantee, "resource": self.product, "actions": ["describe", "read"],
            "reason": "a test", **document})

    def policy(self, cedar, name=None):
        """The owner writes a policy; returns its label in decisions."""
        name = name or unique("policy")
        self.owner.must("PUT", f"/domains/{self.domain}/policies/{name}", {"cedar": cedar})
        return f"policy:{self.domain}/{name}"

    def resolve(self, client, **document):
        return client.post("/resolve", {"port": self.port, "action": "read", **document})
