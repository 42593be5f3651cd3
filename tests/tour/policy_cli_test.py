"""Runs docs/policy-cli.md: files and `charter policy`, no server."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from charter_server import binary  # noqa: E402
from tour_page import agrees, read_steps, run_steps  # noqa: E402

PAGE = ROOT / "docs/policy-cli.md"
SAMPLES = ROOT.parent / "shared/cedar/examples.tar.gz"
ALL = "permit(principal, action, resource);"


@pytest.fixture
def folder(tmp_path):
    """A folder with ./build/release/charter, as the page has it."""
    program = tmp_path / "build/release/charter"
    program.parent.mkdir(parents=True)
    program.symlink_to(pathlib.Path(binary()).resolve())
    return tmp_path


def policy(folder, *arguments, text=""):
    """`charter policy …`: its exit code and what it printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHARTER_")}
    done = subprocess.run(["build/release/charter", "policy", *arguments], cwd=folder, env=environment,
                          input=text, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_page_prints_what_it_says(folder):
    steps = read_steps(PAGE.read_text())

    printed = run_steps(steps, folder)

    wrong = [f"{step!r}\n--- the page says\n{step.expected}\n--- it printed\n{text}\n"
             for step, text in zip(steps, printed, strict=True) if not agrees(step, text)]
    assert not wrong, "\n" + "\n".join(wrong)


REQUEST = ("--principal", 'U::"a"', "--action", 'Action::"x"', "--resource", 'R::"r"')


@pytest.mark.parametrize("text, options, code", [
    (ALL, REQUEST, 0),
    ("", REQUEST, 2),
    ("forbid(principal, action, resource);" + ALL, REQUEST, 2),
    (ALL + "forbid(principal, action, resource) when { 1 };", REQUEST, 0),
    (ALL, REQUEST[2:], 1),
    (ALL, ("--principal", "U", *REQUEST[2:]), 1),
    ("permit", REQUEST, 1),
    ("@id(\"a\")" + ALL + "@id(\"a\")" + ALL, REQUEST, 1),
    (ALL, (*REQUEST, "--entities", "missing.json"), 1),
    (ALL, (*REQUEST, "--policy-format", "json"), 1),
    (ALL, (*REQUEST, "--policy-format", "yaml"), 2),
    (ALL, (*REQUEST, "--request-json", "x"), 2),
])
def test_authorize_tells_the_shell(folder, text, options, code):
    assert policy(folder, "authorize", *options, text=text)[0] == code


def test_authorize_says_which_policy_erred(folder):
    code, out, err = policy(folder, "authorize", *REQUEST, "--timing",
                            text=ALL + "permit(principal, action, resource) when { 1 < \"\" };")

    assert code == 0
    assert out.startswith("ALLOW\ndecided in ")
    assert err.startswith("warning: policy `policy1` was left out: ")


@pytest.mark.parametrize("schema, text, options, code", [
    ("entity U; action x appliesTo {principal: U, resource: U};", ALL, (), 0),
    ("entity U; action x appliesTo {principal: U, resource: U};",
     "permit(principal, action, resource) when { principal.a };", (), 3),
    ("entity U; action x appliesTo {principal: U, resource: U};",
     "permit(principal, action, resource) when { false };", (), 0),
    ("entity U; action x appliesTo {principal: U, resource: U};",
     "permit(principal, action, resource) when { false };", ("--deny-warnings",), 3),
    ("entity", ALL, (), 1),
    ("entity U; action x appliesTo {principal: U, resource: U};", "permit", (), 1),
])
def test_validate_tells_the_shell(folder, schema, text, options, code):
    (folder / "schema").write_text(schema)

    assert policy(folder, "validate", "--schema", "schema", *options, text=text)[0] == code


def test_format_writes_only_what_changes(folder):
    (folder / "p.cedar").write_text(ALL)

    assert policy(folder, "format", "--write") [0] == 1
    assert policy(folder, "format", "--write", "--check", "-p", "p.cedar")[0] == 2
    assert policy(folder, "format", "-p", "p.cedar", "--write") == (0, "", "")
    assert (folder / "p.cedar").read_text() == "permit (principal, action, resource);\n"
    (folder / "p.cedar").chmod(0o400)
    assert policy(folder, "format", "-p", "p.cedar", "--write") == (0, "", "")
    assert policy(folder, "format", "-l", "10", "-i", "4", text=ALL)[1] == (
        "permit (\n    principal,\n    action,\n    resource\n);\n")


def test_translate_refuses_what_it_cannot_say(folder):
    linked = ('{"templates": {"t": {"effect": "permit", "principal": {"op": "in", "slot": "?principal"}, '
              '"action": {"op": "All"}, "resource": {"op": "All"}, "conditions": []}}, "templateLinks": '
              '[{"templateId": "t", "newId": "l", "values": {"?principal": {"type": "A", "id": "b"}}}]}')

    assert policy(folder, "translate", "--direction", "json-to-cedar", text=linked)[0] == 1
    assert policy(folder, "translate", "--direction", "json-to-cedar", text="{") [0] == 1
    assert policy(folder, "translate", "--direction", "cedar-to-json", text="permit")[0] == 1
    assert policy(folder, "translate", text=ALL)[0] == 2


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The sample data of the official command line."""
    if not SAMPLES.exists():
        pytest.skip("../shared/cedar/examples.tar.gz is not there")
    unpacked = tmp_path_factory.mktemp("samples")
    subprocess.run(["tar", "-C", unpacked, "-xzf", SAMPLES], check=True)
    return unpacked


def test_the_official_use_cases_come_out_as_their_folders_say(folder, samples):
    # Their entities are not what their schemas say; the official engine refuses them too.
    unlike_their_schema = {"document_cloud", "github_example"}
    count = 0
    for policies in sorted(samples.glob("cedar-examples/**/policies.cedar")):
        case = policies.parent
        options = ["--policies", policies]
        if (case / "linked").exists():
            options += ["--template-linked", case / "linked"]
        schema = ["--schema", case / "policies.cedarschema"]
        assert policy(folder, "validate", *options, *schema)[0] == 0, case
        if case.name not in unlike_their_schema:
            options += schema
        for request in sorted(case.glob("*/*.json")):
            code, out, err = policy(folder, "authorize", *options, "--entities",
                                    case / "entities.json", "--request-json", request)
            expected = request.parent.name
            assert (out, code) == (f"{expected}\n", 0 if expected == "ALLOW" else 2), (request, err)
            count += 1
    assert count > 30


def test_the_official_samples_of_json_are_read(folder, samples):
    tiny = samples / "cedar-cli-sample-data/tiny_sandboxes"
    code, out, err = policy(
        folder, "authorize", "--policy-format", "json", "--policies",
        tiny / "json-authorize/policy.cedar.json", "--entities", tiny / "json-authorize/entity.json",
        "--principal", 'User::"bob"', "--action", 'Action::"view"',
        "--resource", 'Photo::"VacationPhoto94.jpg"')
    assert (code, out) == (0, "ALLOW\n"), err

    code, out, _ = policy(folder, "translate", "--direction", "cedar-to-json", "--policies",
                          tiny / "translate-policy/policy.cedar")
    assert (code, out) == (0, (tiny / "translate-policy/policy.cedar.json").read_text().rstrip() + "\n")

    code, out, _ = policy(folder, "format", "--policies", tiny / "format/unformatted.cedar")
    assert (code, out.rstrip()) == (0, (tiny / "format/formatted.cedar").read_text().rstrip())

    for name, good in [("policy_mixed_properties", False), ("policy_no_matching_properties", False),
                       ("policy_set", True), ("policy_template", True), ("static_policy", True)]:
        code, _, err = policy(folder, "translate", "--direction", "json-to-cedar", "--policies",
                              tiny / f"json-check-parse/{name}.cedar.json")
        assert (code == 0) is good, (name, err)
