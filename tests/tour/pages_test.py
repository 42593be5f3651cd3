"""Runs pages of docs/, each against a demo mesh of its own."""
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from tour_page import read_steps, run_steps  # noqa: E402
from tour_test import PAGE_URL, DemoMesh, assert_page_agrees  # noqa: E402


@pytest.fixture
def demo(tmp_path):
    mesh = DemoMesh(tmp_path)
    yield mesh
    mesh.server.stop()


@pytest.mark.parametrize("page", ["access.md", "cells.md"])
def test_the_page_prints_what_it_says(demo, page):
    steps = read_steps((ROOT / "docs" / page).read_text())
    replace = {PAGE_URL: demo.server.url}

    assert_page_agrees(steps, run_steps(steps, demo.folder, replace, demo.server.url), replace)
