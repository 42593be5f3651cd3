"""Runs docs/storage.md with MinIO, its client and the demo mesh."""
import json
import pathlib
import sys

import pytest

from charter_server import binary
from conftest import serve
from page import PAGE, document
from programs import ROOT, Minio, program

sys.path.insert(0, str(ROOT / "tests/tour"))
from tour_page import agrees, read_steps, run_steps  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    """Where a reader of the page sits: ./data of a server, ./build/release/charter."""
    built = tmp_path / "build/release/charter"
    built.parent.mkdir(parents=True)
    built.symlink_to(pathlib.Path(binary()).resolve())
    return tmp_path


def test_the_page_prints_what_it_says(folder, tmp_path_factory, monkeypatch):
    minio = Minio(tmp_path_factory.mktemp("page-minio")).start()
    server = serve(folder)
    monkeypatch.setenv("PATH", f"{pathlib.Path(program('mc')).parent}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(folder))
    replace = {"http://ROOT:PASSWORD@127.0.0.1:9000":
               f"http://{':'.join(minio.root)}@127.0.0.1:{minio.port}",
               "127.0.0.1:9000": f"127.0.0.1:{minio.port}",
               "http://127.0.0.1:8080": server.url}
    try:
        steps = read_steps(PAGE.read_text())
        printed = run_steps(steps, folder, replace, server.url)
    finally:
        server.stop()
        minio.stop()

    wrong = [f"{step!r}\n--- the page says\n{step.expected}\n--- it printed\n{text}\n"
             for step, text in zip(steps, printed, strict=True) if not agrees(step, text)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", ["charter-policy.json", "charter-trust.json",
                                  "charter-assume.json", "charter-trust-web-identity.json"])
def test_each_policy_is_one_and_allows_no_wildcard_actions(name):
    policy = json.loads(document(name))

    assert policy["Version"] == "2012-10-17"
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert "*" not in action
        assert statement.get("Resource") != "*" and statement.get("Principal") != "*"
