"""Domains, ports and grants whose data lies in a bucket."""
import urllib.parse

from programs import REGION
from scenario import COLUMNS, unique


def escape(path):
    """A path as it stands in a location."""
    return urllib.parse.quote(path, safe="/")


class S3Storage:
    """A storage of kind s3, registered by the administrator."""

    def __init__(self, mesh, service, bucket, keys, **document):
        self.mesh, self.service, self.bucket, self.keys = mesh, service, bucket, keys
        self.name = unique("store")
        self.document = {
            "kind": "s3", "endpoint": service.endpoint, "region": REGION, "bucket": bucket,
            "path_style": True,
            "credentials": {"access_key_id": keys[0], "secret_access_key": keys[1]}, **document}
        self.path = f"/storages/{self.name}"
        mesh.admin.must("PUT", self.path, self.document)

    def uri(self, prefix):
        return f"s3://{self.bucket}/{escape(prefix)}"

    def put(self, prefix, objects):
        """Writes objects past the server."""
        root = self.service.as_root()
        for name, content in objects.items():
            root.put_object(Bucket=self.bucket, Key=prefix + name, Body=content)

    def port(self, prefix=None, objects=None):
        return S3Port(self, prefix or f"{unique('data')}/customers/", objects or {})


class S3Port:
    """A published product of a domain of its own, with one port at `prefix`."""

    def __init__(self, storage, prefix, objects):
        assert prefix.endswith("/")
        self.storage, self.mesh, self.prefix, self.objects = storage, storage.mesh, prefix, objects
        storage.put(prefix, objects)
        self.domain, self.owner = self.mesh.domain()
        self.mesh.admin.must("PUT", f"/domains/{self.domain}/locations/main",
                             {"storage": storage.name, "uri": storage.uri(prefix)})
        self.product = f"{self.domain}/customers"
        self.name = f"{self.product}/files"
        path = f"/domains/{self.domain}/products/customers"
        self.owner.must("PUT", path, {
            "title": "Customers", "description": "Who bought something", "visibility": "listed",
            "tags": {},
            "ports": [{"name": "files", "kind": "files", "format": "parquet",
                       "location": storage.uri(prefix), "tags": {}, "columns": COLUMNS}]})
        self.owner.must("POST", f"{path}/publish", {"version": "1.0.0"})

    def principal(self, *actions, kind="user", **grant):
        """Somebody with a grant: a client."""
        name, client = self.mesh.principal(kind)
        self.owner.must("POST", "/grants", {
            "grantee": name, "resource": self.product, "reason": "a test",
            "actions": ["describe", *actions], **grant})
        return client

    def reader(self, **grant):
        return self.principal("read", **grant)

    def writer(self, **grant):
        return self.principal("write", kind="service", **grant)

    def resolve(self, client, action="read", **document):
        return client.post("/resolve", {"port": self.name, "action": action, **document})

    def lease(self, client, action="read", **document):
        """The lease of a resolve that must be allowed."""
        answer = self.resolve(client, action, **document)
        assert answer.status == 200, repr(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.json()["lease"]

    def ledger(self, **filters):
        """The newest records on this port."""
        query = urllib.parse.urlencode({"resource": self.name, **filters})
        return self.mesh.admin.must("GET", f"/ledger?{query}")["items"]
