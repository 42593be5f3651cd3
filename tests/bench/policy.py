#!/usr/bin/env python3
"""What a policy decision costs, by the number of grants, and beside the official engine.

Runs policy_bench, then the official engine (tests/bench/peers, built by cargo where it is
present) on the same policies, grants and requests. Prints ratios; writes policy.json.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Policies and grants together; the official engine can hold both.
COMPARED = [(50, 50), (1_000, 9_000)]


def locked_copy(cargo, source, copy):
    """A copy of the peer's folder whose lock names the registry that cargo uses here.

    The tracked lock pins versions and checksums and leaves out where packages come from.
    """
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy)
    lock = copy / "Cargo.lock"
    pinned = lock.read_text()
    lock.unlink()
    subprocess.run([cargo, "generate-lockfile", "--quiet"], cwd=copy, check=True)
    registries = set(re.findall(r"^source = .*$", lock.read_text(), re.MULTILINE))
    if len(registries) != 1:
        sys.exit(f"bench: the peer's packages come from one registry, not {len(registries)}")
    # Every package with a checksum is the registry's; the peer itself has none.
    lock.write_text(re.sub(r"^(?=checksum = )", registries.pop() + "\n", pinned, flags=re.MULTILINE))
    return copy


def build_peer(source, target):
    """The program of the official engine, or None where there is no cargo."""
    cargo = shutil.which("cargo")
    if cargo is None:
        return None
    copy = locked_copy(cargo, source, target / "peer")
    subprocess.run([cargo, "build", "--release", "--locked", "--quiet", "--target-dir", target],
                   cwd=copy, check=True)
    return target / "release" / "cedar-peer"


def ours(program, out):
    subprocess.run([program, f"--benchmark_out={out}", "--benchmark_out_format=json"], check=True)
    runs = json.loads(out.read_text())["benchmarks"]
    return {run["name"]: run for run in runs}


def compare(program, peer, policies, grants):
    """Both engines on one mesh; they must allow the same number of requests."""
    with tempfile.TemporaryDirectory() as folder:
        written = subprocess.run([program, "write", folder, str(policies), str(grants)],
                                 check=True, capture_output=True, text=True)
        answer = json.loads(subprocess.run([peer, folder, "10"], check=True, capture_output=True,
                                           text=True).stdout)
    share_here = int(written.stdout)
    if answer["allowed"] != share_here:
        sys.exit(f"bench: the official engine allows {answer['allowed']} requests, "
                 f"this one {share_here}")
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    program = arguments.build / "policy_bench"
    arguments.out.mkdir(parents=True, exist_ok=True)
    runs = ours(program, arguments.out / "policy_bench.json")

    def median(grants, policies=1_000):
        return runs[f"decision/grants:{grants}/policies:{policies}"]["median_ns"]

    report = {"median_ns": {str(grants): median(grants)
                            for grants in (10, 100, 1_000, 10_000, 100_000, 1_000_000)},
              "growth_1000_to_1000000": median(1_000_000) / median(1_000),
              "bytes_per_grant_at_1000000":
                  runs["decision/grants:1000000/policies:1000"]["bytes_per_grant"],
              "official": {}}
    print(f"\nmedian decision at 1,000 grants {median(1_000):.0f} ns, at 1,000,000 "
          f"{median(1_000_000):.0f} ns: {report['growth_1000_to_1000000']:.2f} times")
    peer = build_peer(pathlib.Path(__file__).parent / "peers", arguments.out.parent / "cargo")
    if peer is None:
        print("the official engine is not compared: there is no cargo")
    else:
        for policies, grants in COMPARED:
            answer = compare(program, peer, policies, grants)
            ratio = answer["p50_ns"] / median(grants, policies)
            report["official"][str(policies + grants)] = {"p50_ns": answer["p50_ns"],
                                                          "times": ratio}
            print(f"{policies + grants} policies: official engine {answer['p50_ns']:.0f} ns, "
                  f"here {median(grants, policies):.0f} ns: {ratio:.0f} times")
    (arguments.out / "policy.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
