"""Adds up what the test programs reported: `count.py FOLDER...`.

Reads GoogleTest, ctest and pytest reports (*.xml) and TAP of Node's test runner
(*.tap), names each failed test and ends with `N passed, N failed`. Exits 1 when
a test failed or when nothing ran.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def count_xml(path):
    """(passed, names of failed) of one report."""
    passed, failed = 0, []
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            continue
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname', '')}.{case.get('name')}")
        else:
            passed += 1
    return passed, failed


def count_folder(folder):
    passed, failed = 0, []
    failed_programs = set()
    for path in sorted(folder.glob("*.xml")):
        if path.name == "ctest.xml":
            continue
        more, worse = count_xml(path)
        passed += more
        failed += worse
        if worse:
            failed_programs.add(path.stem.removesuffix("_test"))
    # ctest runs whole programs, whose tests are counted above. What only it
    # knows is a program that ended early: a crash or a leak.
    if (folder / "ctest.xml").exists():
        for program in count_xml(folder / "ctest.xml")[1]:
            if program.rpartition(".")[2] not in failed_programs:
                failed.append(f"{program} (ended early)")
    for path in sorted(folder.glob("*.tap")):
        text = path.read_text()
        passed += sum(int(n) for n in re.findall(r"^# pass (\d+)$", text, re.MULTILINE))
        failed += re.findall(r"^not ok \d+ - (.*)$", text, re.MULTILINE)
    return passed, failed


def main():
    passed, failed = 0, []
    for folder in map(pathlib.Path, sys.argv[1:]):
        more, worse = count_folder(folder)
        if more == 0 and not worse:
            worse = [f"{folder.name}: nothing ran"]
        passed += more
        failed += worse
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
