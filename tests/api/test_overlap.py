"""Many register overlapping prefixes at once: whoever wins, no two winners overlap."""
import concurrent.futures
import itertools
import random

import pytest

from scenario import unique


def overlap(a, b):
    return a.startswith(b) or b.startswith(a)


CONNECTIONS = 3  # of each owner


def register_at_once(owners, tasks):
    """Each (domain, location, document) by the domain's owner; their answers."""
    def run(domain, part):
        client = owners[domain].again()
        mine = [task for task in tasks if task[0] == domain][part::CONNECTIONS]
        return [(task, client.put(f"/domains/{domain}/locations/{task[1]}", task[2]))
                for task in mine]
    with concurrent.futures.ThreadPoolExecutor(len(owners) * CONNECTIONS) as pool:
        runs = [pool.submit(run, domain, part) for domain in owners for part in range(CONNECTIONS)]
        return [each for done in runs for each in done.result()]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["s3", "local"])
def test_of_overlapping_prefixes_only_some_that_do_not_overlap_win(
        mesh, admin, empty_s3, kind, seed):
    owners = dict(mesh.domain() for _ in range(4))
    domains, delegated = list(owners), {domain: ["/"] for domain in owners}
    storages, bucket = [unique("cloud")], unique("bucket")
    if kind == "local":
        admin.must("PUT", f"/storages/{storages[0]}", {
            "kind": "local", "root": storages[0], "delegated": delegated})
        base = f"local://{storages[0]}/"
    else:
        storages.append(unique("cloud"))
        base = f"s3://{bucket}/"
        for storage in storages:
            admin.must("PUT", f"/storages/{storage}", {
                "kind": "s3", "endpoint": empty_s3.endpoint, "region": "us-east-1", "bucket": bucket, "delegated": delegated,
                "credentials": {"access_key_id": "charter", "secret_access_key": "secret"}})
    # Every path of three levels below a, aa and b, and each of them twice.
    paths = ["/".join(parts) + "/" for depth in (1, 2, 3)
             for parts in itertools.product(["a", "aa", "b"], repeat=depth)] * 2
    order = random.Random(seed)
    order.shuffle(paths)
    tasks = [(order.choice(domains), f"l-{i}", {"storage": order.choice(storages),
                                               "uri": base + path})
             for i, path in enumerate(paths)]

    answers = register_at_once(owners, tasks)

    won = [task[2]["uri"] for task, answer in answers if answer.status == 201]
    lost = [task[2]["uri"] for task, answer in answers if answer.status == 409]
    assert len(won) + len(lost) == len(tasks), [a for _, a in answers if a.status not in (201, 409)]
    assert won and not [pair for pair in itertools.combinations(won, 2) if overlap(*pair)]
    assert all(any(overlap(uri, other) for other in won) for uri in lost)
    # What stands is what was answered.
    stands = [item["uri"] for domain in domains for item in
              admin.pages(f"/domains/{domain}/locations")]
    assert sorted(stands) == sorted(won)
