"""The interface as OpenAPI tells it, put to the proof: no question gets an answer that it does not foretell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import status_code_conformance, unsupported_method, use_after_free

from sumika.dashboard import Role, all_operations
from tests.page_helpers import Played, quick_passwords
from tests.unit.test_page_feed import presence, tracks

pytestmark = pytest.mark.slow

ENDS_THE_SESSION = ("/api/logout",)
LOOKS_FOR_HARDWARE = ("/api/scan",)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with pytest.MonkeyPatch.context() as patch:
        quick_passwords(patch)
        played = Played(tmp_path_factory.mktemp("page"), "page: { names: [testserver] }")
        played.owner()
        for message in (presence(), tracks()):
            played.say(message)
        yield played


@pytest.fixture(scope="module")
def described(played: Played) -> dict[str, Any]:
    found: dict[str, Any] = played.machine(Role.OWNER).get("/api/openapi.json").json()
    return found


def test_every_row_is_told(played: Played, described: dict[str, Any]) -> None:
    told = {(method.upper(), path) for path, row in described["paths"].items() for method in row}
    rows = {(row.method, row.path) for row in all_operations(played.parts)}
    assert rows - told == {("GET", "/api/openapi.json")}
    assert told <= rows
    names = [row["operationId"] for methods in described["paths"].values() for row in methods.values()]
    assert len(names) == len(set(names))


def check_body(described: dict[str, Any], operation: Any, answer: Any) -> None:
    """Hold an answer against the schema that is told for its status.

    Our own check, since schemathesis turns tuples (`prefixItems`) into something that its own validator refuses.
    """
    row = described["paths"][operation.path][operation.method.lower()]
    content = row["responses"][str(answer.status_code)]["content"]
    ((media, told),) = content.items()
    assert answer.headers["content-type"][0].startswith(media)
    if media == "application/json":
        schema = {**told["schema"], "components": described["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer.json())


def put_to_the_proof(described: dict[str, Any], operation: Any, headers: dict[str, str]) -> None:
    """Ask one row many questions that fit its schema, and many that do not."""

    @seed(20_260_101)
    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
    def ask(case: Any) -> None:
        answer = case.call(headers=headers)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        check_body(described, operation, answer)
        case.validate_response(answer, checks=[status_code_conformance, use_after_free, unsupported_method])

    ask()


def test_no_question_gets_an_answer_that_is_not_foretold(played: Played, described: dict[str, Any]) -> None:
    headers = {"Authorization": played.machine(Role.OWNER).headers["Authorization"]}
    interface = schemathesis.openapi.from_asgi("/api/openapi.json", played.app, headers=headers)
    asked = 0
    for found in interface.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path not in (*ENDS_THE_SESSION, *LOOKS_FOR_HARDWARE):
            put_to_the_proof(described, operation, headers)
            asked += 1
    assert asked >= 40
    assert (Path(played.folder) / "house.yaml").exists()
