"""What the server says without authentication, and what HTTP asks of every route."""
import pathlib

import pytest
import yaml

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
OPENAPI = yaml.safe_load((SCHEMAS / "openapi.yaml").read_text())


def concrete(path):
    """The path with something in the place of each parameter."""
    values = {"version": "1.0.0", "a": "1.0.0", "b": "1.0.0",
              "lease": "00000000-0000-7000-8000-000000000000",
              "decision": "00000000-0000-7000-8000-000000000000", "id": "0123456789abcdef"}
    return "/".join(values.get(part[1:-1], "x") if part.startswith("{") else part
                    for part in path.split("/"))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/openapi.json"])
def test_answers_json_without_a_token(mesh, path):
    answer = mesh.anonymous.raw("GET", path)

    assert answer.status == 200
    assert answer.headers.get_content_type() == "application/json"
    assert isinstance(answer.json(), dict)


def test_metrics_count_requests_in_the_text_format(mesh):
    answer = mesh.anonymous.raw("GET", "/metrics")

    assert answer.status == 200
    assert answer.headers.get_content_type() == "text/plain"
    assert any(line.startswith("# TYPE charter_") for line in answer.text.splitlines())


def test_serves_the_openapi_document(mesh):
    assert mesh.anonymous.raw("GET", "/openapi.json").json() == OPENAPI


@pytest.mark.parametrize("path", OPENAPI["paths"])
def test_each_documented_path_has_exactly_its_methods(mesh, path):
    documented = {method.upper() for method in OPENAPI["paths"][path] if method != "parameters"}

    answer = mesh.admin.raw("OPTIONS", concrete(path),
                            headers={"Authorization": f"Bearer {mesh.admin.token}"})

    allowed = {method.strip() for method in answer.headers["Allow"].split(",")}
    assert allowed - {"HEAD", "OPTIONS"} == documented


@pytest.mark.parametrize(
    "path", [path for path, item in OPENAPI["paths"].items() if path.startswith("/api/")])
def test_each_documented_path_wants_a_token(mesh, path):
    for method in OPENAPI["paths"][path]:
        if method != "parameters":
            answer = mesh.anonymous.raw(method.upper(), concrete(path))
            assert (answer.status, answer.problem) == (401, "unauthenticated"), method


def test_a_method_that_a_path_does_not_have_is_405_and_names_those_it_has(admin):
    answer = admin.delete("/me")

    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_head_is_get_without_the_body(admin):
    get, head = admin.get("/me"), admin.head("/me")

    assert head.status == 200 and head.body == b""
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers[name] == get.headers[name]


def test_an_absent_path_is_404(admin):
    assert admin.get("/nothing-here").problem == "not-found"


def test_the_first_token_is_for_its_owner_only(server):
    assert (server.data / "admin.token").stat().st_mode & 0o777 == 0o600


def test_the_log_has_one_line_per_request_and_no_token(server, admin):
    request_id = admin.get("/me").headers["X-Request-Id"]
    server.await_line(request_id)
    assert sum(request_id in line for line in list(server.lines)) == 1
    assert server.admin_token not in server.log
