"""What hostile connections cost the others, and whether a refused token tells anything by its time.

`hostile.py --build build/release --out build/bench`

50 connections resolve, with and without 5,000 slow or silent ones beside them, in turns, plain
and over TLS; the p99 with them may be three times the p99 without. And 401s of tokens with an unknown id and of
tokens with a known id and a wrong secret are timed in turns: Welch's t of the two, cropped as
dudect does, must stay below 4.5.
Source: Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017.
"""
import argparse
import functools
import json
import math
import pathlib
import random
import resource
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from certificates import SERVER, Authority  # noqa: E402
from charter_client import Client  # noqa: E402
from charter_server import Server  # noqa: E402
from scenario import Lake, Mesh  # noqa: E402

GOOD = 50
RATIO_MAX = 3
T_MAX = 4.5


def load(program, server, seconds, token, body):
    """What charter_load measured of 50 connections that resolve."""
    tls = ["--tls"] if server.scheme == "https" else []
    done = subprocess.run(
        [program, *tls, "--address", f"127.0.0.1:{server.port}", "--connections", str(GOOD),
         "--seconds", str(seconds), "--method", "POST", "--path", "/api/v1/resolve",
         "--header", f"Authorization: Bearer {token}",
         "--header", "Content-Type: application/json", "--body", json.dumps(body)],
        capture_output=True, text=True, timeout=seconds + 60, check=True)
    return json.loads(done.stdout)


def memory_bytes(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


def kernel_bytes():
    """What all TCP connections of the machine hold."""
    for line in pathlib.Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            return int(line.split()[-1]) * resource.getpagesize()
    return 0


def connections(client):
    for line in client.raw("GET", "/metrics").text.splitlines():
        if line.startswith("charter_http_connections "):
            return int(float(line.split()[-1]))
    return -1


class Crowd:
    """The hostile connections."""

    def __init__(self, server, count, authority):
        trusted = [str(authority.certificate)] if authority else []
        self.process = subprocess.Popen(
            [sys.executable, str(pathlib.Path(__file__).with_name("hostile_crowd.py")),
             str(server.port), str(count), *trusted], stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            sys.exit("the hostile connections could not be opened")

    def end(self):
        self.process.terminate()
        last = [line for line in self.process.stdout if line.startswith("open")]
        self.process.wait()
        return last[-1].strip() if last else ""


def slow_clients(program, server, count, seconds, client, body, authority):
    token = client.token
    load(program, server, 2, token, body)  # warm
    results = {"without": [], "with": []}
    memory = {"start": memory_bytes(server), "crowd": 0, "crowd in the kernel": 0}
    held = 0
    for _ in range(3):
        results["without"].append(load(program, server, seconds, token, body))
        before, kernel = memory_bytes(server), kernel_bytes()
        crowd = Crowd(server, count, authority)
        time.sleep(1)  # until the server has written to those that never read
        memory["crowd"] = max(memory["crowd"], memory_bytes(server) - before)
        memory["crowd in the kernel"] = max(memory["crowd in the kernel"], kernel_bytes() - kernel)
        results["with"].append(load(program, server, seconds, token, body))
        memory["most"] = max(memory.get("most", 0), memory_bytes(server))
        held = max(held, connections(client))
        said = crowd.end()
    time.sleep(3)  # until the server has seen that they are gone
    memory["end"] = memory_bytes(server)
    p99 = {kind: statistics.median(one["p99_us"] for one in found)
           for kind, found in results.items()}
    failed = sum(one["errors"] + one["non_2xx"] for found in results.values() for one in found)
    for kind, found in results.items():
        rates = [one["requests_per_second"] for one in found]
        print(f"{kind:8} {statistics.median(rates):9.0f} requests/s   p99 {p99[kind]:9.0f} us   "
              f"of {', '.join(format(one['p99_us'], '.0f') for one in found)}")
    silenced = any(one["requests"] == 0 for found in results.values() for one in found)
    ratio = math.inf if silenced else p99["with"] / p99["without"]
    print(f"p99 with {held} connections open: {ratio:.2f} of that without (at most {RATIO_MAX}); "
          f"{failed} of the good ones failed; {said}")
    print("memory MiB: " + ", ".join(f"{kind} {size / 2**20:.1f}" for kind, size in memory.items())
          + f"; {(memory['crowd'] + memory['crowd in the kernel']) / count / 1024:.1f} KiB for each "
          "hostile connection")
    return {"p99_ratio": round(ratio, 2), "p99_us": p99, "connections": held, "memory": memory,
            "failed": failed}


def welch_t(a, b):
    """Of samples cropped at the 90th percentile of both: what is above is the machine's."""
    crop = sorted(a + b)[int(len(a + b) * 0.9)]
    a, b = [x for x in a if x < crop], [x for x in b if x < crop]
    spread = statistics.variance(a) / len(a) + statistics.variance(b) / len(b)
    return (statistics.fmean(a) - statistics.fmean(b)) / math.sqrt(spread), a, b


def refused_tokens(server, known_id, samples):
    """Times of 401s, an unknown id and a wrong secret in random order."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times = {"unknown id": [], "wrong secret": []}
    order = [kind for kind in times for _ in range(samples)]
    random.shuffle(order)
    for kind in order:
        identifier = known_id if kind == "wrong secret" else secrets.token_hex(8)
        request = (f"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                   f"chr_{identifier}_{secrets.token_hex(32)}\r\n\r\n").encode()
        begin = time.perf_counter_ns()
        connection.sendall(request)
        answer = connection.recv(65536)
        times[kind].append(time.perf_counter_ns() - begin)
        if not answer.startswith(b"HTTP/1.1 401 "):
            sys.exit(f"not a 401: {answer[:100]!r}")
    connection.close()
    t, unknown, wrong = welch_t(times["unknown id"], times["wrong secret"])
    print(f"a token with an unknown id: {statistics.fmean(unknown) / 1000:.2f} us, with a wrong "
          f"secret: {statistics.fmean(wrong) / 1000:.2f} us; Welch's t {t:+.2f} of "
          f"{len(unknown) + len(wrong)} samples (below {T_MAX} either way)")
    return {"t": round(t, 2), "unknown_id_us": statistics.fmean(unknown) / 1000,
            "wrong_secret_us": statistics.fmean(wrong) / 1000}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--samples", type=int, default=50_000)
    arguments = parser.parse_args()

    plain, times = measure(arguments, None)
    with tempfile.TemporaryDirectory() as folder:
        tls, _ = measure(arguments, Authority(pathlib.Path(folder)))

    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "hostile.json").write_text(
        json.dumps({"plain": plain, "tls": tls, **times}, indent=2) + "\n")
    if (any(crowd["p99_ratio"] > RATIO_MAX or crowd["failed"] for crowd in (plain, tls))
            or abs(times["t"]) > T_MAX):
        sys.exit("hostile connections or tokens show")


def measure(arguments, authority):
    """What the crowd costs, over TLS where there is an authority; without one the times of
    refused tokens, too."""
    print("over TLS" if authority else "plain")
    flags = authority.issue("server", SERVER).flags() if authority else []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, "--no-access-log", *flags,
                        program=str(arguments.build / "charter")).start()
        try:
            context = authority.context() if authority else None
            mesh = Mesh(server, functools.partial(Client, tls=context))
            lake = Lake(mesh)
            reader, client = mesh.principal()
            lake.grant(reader)
            body = {"port": lake.port, "action": "read", "delivery": "none"}
            times = {} if authority else refused_tokens(server, client.token.split("_")[1],
                                                        arguments.samples)
            crowd = slow_clients(str(arguments.build / "charter_load"), server,
                                 arguments.connections, arguments.seconds, client, body, authority)
        finally:
            status = server.stop()
    if status != 0:
        sys.exit(f"the server ended with {status}")
    return crowd, times


if __name__ == "__main__":
    main()
