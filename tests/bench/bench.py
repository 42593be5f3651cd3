"""Measures one running server: a static answer, a product, resolve, and their ratios.

`bench.py --build build/release --out build/bench --seconds 5`

The load comes from `charter_load` on the same machine, so only the ratios of one
run say something; absolute figures move from machine to machine.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from charter_client import Client  # noqa: E402
from charter_server import Server  # noqa: E402
from fake_s3 import ALLOWED, FakeS3  # noqa: E402
from scenario import COLUMNS, Lake, Mesh  # noqa: E402


def load(program, server, seconds, connections, method, path, token=None, body=None):
    """What charter_load measured."""
    command = [program, "--address", f"127.0.0.1:{server.port}", "--connections", str(connections),
               "--seconds", str(seconds), "--method", method, "--path", path]
    if token is not None:
        command += ["--header", f"Authorization: Bearer {token}"]
    if body is not None:
        command += ["--header", "Content-Type: application/json", "--body", json.dumps(body)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode != 0:
        sys.exit(f"charter_load failed: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def port_in_a_bucket(mesh, endpoint, reader):
    """A port of one object in an s3 storage, which the reader may read."""
    domain, owner = mesh.domain()
    mesh.admin.must("PUT", "/storages/cloud", {
        "kind": "s3", "endpoint": endpoint, "region": "us-east-1", "bucket": "retail",
        "path_style": True, "sts": False,
        "credentials": {"access_key_id": "charter", "secret_access_key": "of-the-bench"}})
    mesh.admin.must("PUT", f"/domains/{domain}/locations/cloud",
                    {"storage": "cloud", "uri": f"s3://retail/{domain}/"})
    path = f"/domains/{domain}/products/customers"
    owner.must("PUT", path, {"title": "Customers", "ports": [
        {"name": "files", "kind": "files", "format": "csv", "columns": COLUMNS,
         "location": f"s3://retail/{domain}/customers/"}]})
    owner.must("POST", f"{path}/publish", {"version": "1.0.0"})
    owner.must("POST", "/grants", {"grantee": reader, "resource": f"{domain}/customers",
                                   "actions": ["read"], "reason": "bench"})
    return f"{domain}/customers/files"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    arguments = parser.parse_args()
    program = str(arguments.build / "charter_load")

    with tempfile.TemporaryDirectory() as folder, FakeS3(["part-0.csv"]) as bucket:
        server = Server(folder, program=str(arguments.build / "charter"),
                        environment=ALLOWED).start()
        try:
            mesh = Mesh(server, Client)
            lake = Lake(mesh)
            reader, client = mesh.principal()
            lake.grant(reader)
            resolve = {"port": lake.port, "action": "read"}
            product = f"/api/v1{lake.path}"
            cloud = {"port": port_in_a_bucket(mesh, bucket.endpoint, reader), "action": "read"}
            measures = {
                "static": ("GET", "/healthz", None, None),
                "product": ("GET", product, client.token, None),
                "resolve": ("POST", "/api/v1/resolve", client.token, {**resolve, "delivery": "none"}),
                "resolve_urls": ("POST", "/api/v1/resolve", client.token, resolve),
                "s3_none": ("POST", "/api/v1/resolve", client.token, {**cloud, "delivery": "none"}),
                "s3_url": ("POST", "/api/v1/resolve", client.token, cloud),
            }
            results = {}
            for name, (method, path, token, body) in measures.items():
                load(program, server, 1, arguments.connections, method, path, token, body)  # warm
                results[name] = load(program, server, arguments.seconds, arguments.connections,
                                     method, path, token, body)
            verified = mesh.admin.post("/ledger/verify").json()
        finally:
            status = server.stop()

    arguments.out.mkdir(parents=True, exist_ok=True)
    static = results["static"]["requests_per_second"]
    failed = 0
    print(f"{'':14} {'requests/s':>11} {'p50 us':>8} {'p99 us':>8} {'of static':>10}")
    for name, result in results.items():
        result["ratio_to_static"] = round(result["requests_per_second"] / static, 3)
        result["connections"], result["seconds"] = arguments.connections, arguments.seconds
        failed += result["errors"] + result["non_2xx"]
        print(f"{name:14} {result['requests_per_second']:11.0f} {result['p50_us']:8.0f} "
              f"{result['p99_us']:8.0f} {result['ratio_to_static']:10.2f}")
        (arguments.out / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"ledger after it: {verified.get('records')} records, valid: {verified['valid']}")
    if failed or status != 0 or not verified["valid"]:
        sys.exit(f"{failed} requests failed; the server ended with status {status}")


if __name__ == "__main__":
    main()
