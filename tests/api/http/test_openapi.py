"""The document says what the API does: committed, valid, and held against a running server."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from qz_api.app import OPERATIONS
from qz_api.callers.permissions import Permission
from qz_api.http.openapi import IDEMPOTENCY_KEY, document
from qz_api.idempotency import service as idempotency
from tests.fixtures.api import ApiRole, seeded

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
EXAMPLES = 15
SHARED = ("limit", "cursor", "include", "q", "created_after", "created_before", "tag", "campaign")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,ignored_auth"
)
# analytics are away in this test, which is a 503 that the document tells of
EXPECTED = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""


@pytest.fixture(scope="module")
def written() -> Any:
    return document(OPERATIONS)


def test_the_committed_document_is_current(written: Any) -> None:
    assert json.loads(COMMITTED.read_text()) == json.loads(json.dumps(written)), (
        "python -m qz_api openapi > docs/openapi.json"
    )


def test_operation_ids_are_unique_and_every_write_has_an_example(written: Any) -> None:
    ids = [operation.id for operation in OPERATIONS]
    assert len(ids) == len(set(ids))
    told = [each for each in OPERATIONS if each.guard != "internal"]
    assert [each.id for each in told if each.body and each.example is None] == []


def test_every_operation_says_which_scope_it_needs(written: Any) -> None:
    scopes = {scope.value for scope in Permission}
    for path in written["paths"].values():
        for operation in path.values():
            assert operation.get("x-scope", Permission.QR_READ.value) in scopes


def parts(node: Any) -> Iterator[Any]:
    yield node
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in below:
        yield from parts(child)


def test_every_schema_is_one_and_every_default_fits_its_own(written: Any) -> None:
    for name, schema in written["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name
    with_default = [part for part in parts(written) if isinstance(part, dict) and "default" in part]
    schemas = [part for part in with_default if {"type", "anyOf", "allOf", "$ref"} & set(part)]
    assert len(schemas) > 50
    for schema in schemas:
        whole = {**schema, "components": written["components"]}
        assert jsonschema_rs.is_valid(whole, schema["default"]), schema
        assert schema["default"] is not None, "what may be left out is not null for that"


def test_parameters_of_lists_say_what_they_mean(written: Any) -> None:
    for path in written["paths"].values():
        for each in path.get("get", {}).get("parameters", ()):
            if each["in"] == "query" and each["name"] in SHARED:
                assert each.get("description"), each


def test_limits_are_told_where_a_workspace_is_charged(written: Any) -> None:
    for operation in OPERATIONS:
        if operation.guard == "internal":
            continue
        answers = written["paths"][operation.path][operation.method.lower()]["responses"]
        charged = operation.guard == "principal" or operation.takes_credentials
        for status, answer in answers.items():
            assert ("RateLimit" in answer["headers"]) is (charged and status != "401")


@pytest.mark.parametrize("key", ["a", "a b", "a" * 255, " a", "a ", "é", "", "a\tb"])
def test_the_pattern_of_idempotency_keys_is_that_of_the_server(key: str) -> None:
    taken = bool(idempotency.KEY.fullmatch(key))
    assert bool(re.search(IDEMPOTENCY_KEY["schema"]["pattern"], key)) is taken


def test_internal_routes_are_not_told_of(written: Any) -> None:
    assert not [path for path in written["paths"] if path.startswith("/internal")]


@pytest.fixture
def served(api_environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[ApiRole, str]]:
    role = ApiRole("serve", api_environment, tmp_path)
    role.child.start()
    yield role, seeded(api_environment)["test_key"]
    role.child.stop()


@pytest.mark.slow
def test_no_generated_call_gets_a_500_or_an_undocumented_answer(
    served: tuple[ApiRole, str], tmp_path: Path
) -> None:
    role, key = served
    command = [
        *(str(Path(sys.executable).parent / "st"), "run", f"{role.url}/openapi.json"),
        *("--url", role.url, "-H", f"Authorization: Bearer {key}", "--checks", CHECKS),
        *("--phases", "examples,coverage,fuzzing", "-n", str(EXAMPLES), "--seed", "1"),
        *("--continue-on-failure", "--generation-database", "none", "--no-color"),
        *("--warnings", "off", "--exclude-operation-id", "revokeApiKey"),
    ]
    (tmp_path / "schemathesis.toml").write_text(EXPECTED)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:]


def test_no_two_operations_share_a_route_or_a_name() -> None:
    routes = [(each.method, each.path) for each in OPERATIONS]
    names = [each.id for each in OPERATIONS]
    assert (len(set(routes)), len(set(names))) == (len(routes), len(names))
