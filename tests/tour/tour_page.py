"""Reads a page of commands and what they print, runs it, and compares.

A ```sh block is run; the ```output or ```json block after it is what it prints.
In both, `…` stands for anything: in an output line for any characters, alone on
a line for any lines; in JSON, as a string for any value, as a member of an
object for further members, as the last item of a list for further items.
"""
import json
import os
import re
import subprocess
import uuid

ANYTHING = "…"
FENCE = re.compile(r"^```(\w*)\s*$")
RUN_DEADLINE_S = 120  # generous: sanitizers and busy machines are slow


class Step:
    """One ```sh block: where it stands, what is typed, what it should print."""

    def __init__(self, line, command):
        self.line = line
        self.command = command
        self.kind = None  # "output", "json", or None when nothing is said
        self.expected = ""

    def __repr__(self):
        return f"line {self.line}: {self.command.strip().splitlines()[0]}"


def read_steps(text):
    """The steps of a page, in order."""
    steps, language, block, start = [], None, [], 0
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if language is None and fence:
            language, block, start = fence.group(1), [], number
        elif language is not None and fence and not fence.group(1):
            add_block(steps, language, "\n".join(block), start)
            language = None
        elif language is not None:
            block.append(line)
    if language is not None:
        raise ValueError(f"line {start}: the block has no end")
    return steps


def add_block(steps, language, text, line):
    if language == "sh":
        steps.append(Step(line, text))
    elif language in ("output", "json"):
        if not steps or steps[-1].kind is not None:
            raise ValueError(f"line {line}: what prints this?")
        steps[-1].kind, steps[-1].expected = language, text


def run_steps(steps, folder, replace=None, server=None):
    """What each step prints (both streams), all in one bash, in `folder`."""
    mark = f"--{uuid.uuid4()}--"
    script = "exec 2>&1\n"
    for step in steps:
        command = step.command
        for old, new in (replace or {}).items():
            command = command.replace(old, new)
        script += f"{command}\nprintf '\\n%s\\n' '{mark}'\n"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHARTER_")}
    environment["no_proxy"] = "*"
    if server is not None:  # the program's default is the page's address
        environment["CHARTER_SERVER"] = server
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=RUN_DEADLINE_S, check=False)
    printed = done.stdout.decode(errors="replace").split(f"\n{mark}\n")
    return [part.strip("\n") for part in printed[:len(steps)]]


def same_text(expected, actual):
    """Whether the lines agree, with `…` for anything."""
    pattern = ""
    for line in expected.strip("\n").splitlines():
        if line.strip() == ANYTHING:
            pattern += "(?:[^\n]*\n)*"
        else:
            pattern += "[^\n]*".join(map(re.escape, line.rstrip().split(ANYTHING))) + "[ \t]*\n"
    return re.fullmatch(pattern, actual.strip("\n") + "\n") is not None


def same_json(expected, actual):
    """Whether two values agree, with "…" for anything."""
    if expected == ANYTHING:
        return True
    if isinstance(expected, str) and isinstance(actual, str) and ANYTHING in expected:
        return re.fullmatch(".*".join(map(re.escape, expected.split(ANYTHING))), actual,
                            re.DOTALL) is not None
    if isinstance(expected, dict) and isinstance(actual, dict):
        wanted = {key: value for key, value in expected.items() if key != ANYTHING}
        if ANYTHING not in expected and wanted.keys() != actual.keys():
            return False
        return all(key in actual and same_json(value, actual[key])
                   for key, value in wanted.items())
    if isinstance(expected, list) and isinstance(actual, list):
        if expected and expected[-1] == ANYTHING:
            expected = expected[:-1]
            actual = actual[:len(expected)]
        return len(expected) == len(actual) and all(map(same_json, expected, actual))
    # True is not 1 here, though Python says so.
    return type(expected) is type(actual) and expected == actual


def agrees(step, printed, replace=None):
    """Whether a step printed what the page says."""
    expected = step.expected
    for old, new in (replace or {}).items():
        expected = expected.replace(old, new)
    if step.kind is None:
        return printed == ""
    if step.kind == "output":
        return same_text(expected, printed)
    try:
        return same_json(json.loads(expected), json.loads(printed))
    except json.JSONDecodeError:
        return False
