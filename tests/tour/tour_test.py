"""Runs docs/tour.md against the demo mesh, and loads the mesh a second time."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from charter_client import Client  # noqa: E402
from charter_server import Server, binary  # noqa: E402
from tour_page import agrees, read_steps, run_steps, same_json, same_text  # noqa: E402

PAGE = ROOT / "docs/tour.md"
PAGE_URL = "http://127.0.0.1:8080"


class DemoMesh:
    """A folder like the one a reader of the tour sits in: ./data of a server that
    has the demo mesh, and ./build/release/charter."""

    def __init__(self, folder):
        self.folder = folder
        program = folder / "build/release/charter"
        program.parent.mkdir(parents=True)
        program.symlink_to(pathlib.Path(binary()).resolve())
        self.server = Server(folder / "data").start()
        self.first = self.load()

    def load(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CHARTER_")}
        return subprocess.run(
            ["build/release/charter", "demo", "--server", self.server.url], cwd=self.folder,
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False)

    def admin(self):
        return Client(self.server.port, self.server.admin_token)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    mesh = DemoMesh(tmp_path_factory.mktemp("tour"))
    yield mesh
    mesh.server.stop()


def test_the_demo_mesh_loads(demo):
    assert (demo.first.returncode, demo.first.stderr) == (0, "")
    assert "24 products, 24 new" in demo.first.stdout


def test_loading_it_again_changes_nothing(demo):
    before = demo.admin().changes()

    again = demo.load()

    assert (again.returncode, again.stderr) == (0, "")
    new = [line for line in again.stdout.splitlines() if not line.endswith(", 0 new")]
    assert new == []
    assert demo.admin().changes() == before


def assert_page_agrees(steps, printed, replace):
    assert len(printed) == len(steps)
    wrong = [f"{step!r}\n--- the page says\n{step.expected}\n--- it printed\n{text}\n"
             for step, text in zip(steps, printed) if not agrees(step, text, replace)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_tour_prints_what_the_page_says(demo):
    steps = read_steps(PAGE.read_text())
    replace = {PAGE_URL: demo.server.url}

    assert_page_agrees(steps, run_steps(steps, demo.folder, replace, demo.server.url), replace)


@pytest.mark.parametrize("expected, actual, same", [
    ("a\nb", "a\nb", True),
    ("a …", "a anything", True),
    ("a … c", "a b c", True),
    ("a … c", "a b d", False),
    ("a\n…\nz", "a\nz", True),
    ("a\n…\nz", "a\nb\nc\nz", True),
    ("a", "a\nb", False),
    ("a.b", "axb", False),
])
def test_text_is_compared_with_gaps(expected, actual, same):
    assert same_text(expected, actual) is same


@pytest.mark.parametrize("expected, actual, same", [
    ({"a": 1}, {"a": 1}, True),
    ({"a": 1}, {"a": 1, "b": 2}, False),
    ({"a": 1, "…": "…"}, {"a": 1, "b": 2}, True),
    ({"a": "…"}, {"a": [1]}, True),
    ({"a": "…"}, {}, False),
    (["a", "…"], ["a", "b", "c"], True),
    (["a"], ["a", "b"], False),
    ("grant:…", "grant:12", True),
    ("grant:…", "policy:12", False),
    (True, 1, False),
])
def test_json_is_compared_with_gaps(expected, actual, same):
    assert same_json(expected, actual) is same


def test_a_page_is_read_in_its_order():
    steps = read_steps("text\n```sh\necho 1\n```\n\n```output\n1\n```\n```sh\ntrue\n```\n")

    assert [(step.command, step.kind, step.expected) for step in steps] == [
        ("echo 1", "output", "1"), ("true", None, "")]


def test_all_commands_run_in_one_shell(tmp_path):
    steps = read_steps("```sh\nA=1\n```\n```sh\necho $A\n```\n```output\n1\n```\n")

    printed = run_steps(steps, tmp_path)

    assert printed == ["", "1"]
    assert all(agrees(step, text) for step, text in zip(steps, printed))
