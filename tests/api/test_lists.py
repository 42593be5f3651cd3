"""Lists: pages, cursors, and that they stay stable while others write."""
import threading

from scenario import unique


def test_pages_hold_each_item_once_in_order(mesh, admin):
    domain, owner = mesh.domain()
    names = sorted(unique("item") for _ in range(7))
    for name in names:
        owner.must("PUT", f"/domains/{domain}/products/{name}", {"title": name})

    path = f"/domains/{domain}/products"
    one_page = [item["name"] for item in owner.pages(path)]
    small_pages = [item["name"] for item in owner.pages(path, limit=2)]

    assert one_page == names
    assert small_pages == names


def test_the_last_page_has_no_next(mesh):
    domain, owner = mesh.domain()
    for _ in range(2):
        owner.must("PUT", f"/domains/{domain}/products/{unique('item')}", {"title": "T"})

    first = owner.get(f"/domains/{domain}/products?limit=1").json()
    last = owner.get(f"/domains/{domain}/products?limit=1&cursor={first['next']}").json()

    assert len(first["items"]) == len(last["items"]) == 1
    assert last["next"] is None


def test_an_empty_list_has_no_items(mesh):
    domain, owner = mesh.domain()

    assert owner.get(f"/domains/{domain}/policies").json() == {"items": [], "next": None}


def test_a_cursor_of_another_list_is_400(mesh):
    domain, owner = mesh.domain()
    for _ in range(2):
        owner.must("PUT", f"/domains/{domain}/products/{unique('item')}", {"title": "T"})
    cursor = owner.get(f"/domains/{domain}/products?limit=1").json()["next"]

    answer = owner.get(f"/domains/{domain}/policies?cursor={cursor}")

    assert answer.status in (200, 400)  # refused, or harmless
    assert answer.status == 400 or answer.json()["items"] == []


def test_a_list_is_stable_while_others_write(mesh):
    domain, owner = mesh.domain()
    path = f"/domains/{domain}/products"
    steady = sorted(f"steady-{i:02d}" for i in range(20))
    for name in steady:
        owner.must("PUT", f"{path}/{name}", {"title": name})
    done, wrong = threading.Event(), []

    def write(client, word):
        number = 0
        while not done.is_set():
            name = f"{word}-{number % 5}"
            number += 1
            for answer in (client.put(f"{path}/{name}", {"title": name}),
                           client.delete(f"{path}/{name}")):
                if answer.status not in (200, 201, 204):
                    wrong.append(repr(answer))
                    return

    # Before, between and after the steady names.
    writers = [threading.Thread(target=write, args=(owner.again(), word))
               for word in ("aaa", "steady-07x", "zzz")]
    for writer in writers:
        writer.start()
    try:
        for _ in range(10):
            seen = [item["name"] for item in owner.pages(path, limit=3)]
            assert [name for name in seen if name in set(steady)] == steady
            assert len(seen) == len(set(seen))
            assert seen == sorted(seen)
    finally:
        done.set()
        for writer in writers:
            writer.join()
    assert wrong == []


def test_a_list_holds_what_one_may_discover_and_tells_nothing_of_the_rest(mesh):
    domain, owner = mesh.domain()
    path = f"/domains/{domain}/products"
    for i in range(6):
        owner.must("PUT", f"{path}/p{i}",
                   {"title": "T", "visibility": "listed" if i % 2 else "hidden",
                    "ports": []})
    reader, client = mesh.principal()
    owner.must("POST", "/grants", {"grantee": reader, "resource": f"{domain}/p4",
                                   "actions": ["discover"], "reason": "test"})

    page = client.get(f"{path}?limit=1").json()

    assert [item["name"] for item in page["items"]] == ["p4"]
    assert page["next"] is None


def test_a_list_by_id_holds_each_once_and_tells_nothing_of_what_is_others(mesh):
    def token_of(principal):
        return mesh.admin.must("POST", "/tokens", {"principal": principal, "name": "test"})["id"]

    others = [token_of(mesh.principal()[0]) for _ in range(8)]
    own = [max(others)]
    while own[0] >= max(others):  # ids are random, and the list is in their order
        reader, client = mesh.principal()
        own = [item["id"] for item in client.must("GET", "/tokens")["items"]]
    assert len(own) == 1

    page = client.must("GET", "/tokens?limit=1")

    assert ([item["id"] for item in page["items"]], page["next"]) == (own, None)
    own += [token_of(reader) for _ in range(4)]
    assert [item["id"] for item in client.pages("/tokens", limit=1)] == sorted(own)
    assert [item["id"] for item in client.pages("/tokens", limit=2)] == sorted(own)
