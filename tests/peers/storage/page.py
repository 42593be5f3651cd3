"""The policies that docs/storage.md gives to copy."""
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/storage.md"


def document(name):
    """The file that a command of the page writes: cat >NAME <<'END' … END."""
    found = re.search(rf"^cat >{re.escape(name)} <<'END'\n(.*?)^END$", PAGE.read_text(),
                      re.MULTILINE | re.DOTALL)
    assert found, f"docs/storage.md writes no {name}"
    return found.group(1)


def policy(bucket):
    """What the server may do; the page calls the bucket `retail` and opens `lake/` in it, the
    tests use all of theirs."""
    return document("charter-policy.json").replace("lake/", "").replace("retail", bucket)
