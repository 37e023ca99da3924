"""The OpenAPI document and the application agree: schemathesis holds each against the other over a real socket."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.problems import Kind
from store.pool import Connection
from store.seal import Vault
from tests.builders import a_flag, a_kept_post, a_scored_post, an_api_key
from tests.conftest import Database
from tests.integration.api_lab import listening, settings_for

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")


async def test_schemathesis_finds_nothing_with_all_its_checks(
    db: Database, conn: Connection, vault: Vault, now: datetime, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    key = await an_api_key(conn)
    await a_flag(conn, await a_scored_post(conn, vault))
    await a_scored_post(conn, vault, score=0.1)
    await a_kept_post(conn, vault, source_id="nguon-khac")
    await conn.commit()
    examples = "400" if pytestconfig.getoption("--long") else "40"
    with listening(settings_for(db.service_dsn, vault, lambda: now, hosts=("127.0.0.1",))) as address:
        command = [str(SCHEMATHESIS), "--config-file", str(CONFIG), "run", f"{address}/v1/openapi.json"]
        options = ["--checks", "all", "--max-examples", examples, "--seed", "7", "--no-color", "--header"]
        done = subprocess.run(  # noqa: ASYNC221  # the server runs in a thread with a loop of its own
            [*command, *options, f"Authorization: Bearer {key.token}"],
            capture_output=True,
            text=True,
            timeout=280,
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout, done.stdout


@pytest.fixture
def document(vault: Vault) -> dict[str, Any]:
    """The OpenAPI document; no database is needed to make it."""
    return create_app(settings_for("", vault, lambda: datetime.max)).openapi()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation of the document by its id."""
    return {found["operationId"]: found for path in document["paths"].values() for found in path.values()}


def test_the_document_is_openapi_3_1_and_holds_only_what_partners_use(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {
        "/v1/posts",
        "/v1/posts/{post_id}",
        "/v1/tips",
        "/v1/me",
        "/v1/indicators",
        "/healthz",
        "/readyz",
    }
    assert "HTTPValidationError" not in str(document)


def test_every_operation_says_what_it_does_who_may_and_how_it_fails(document: dict[str, Any]) -> None:
    for name, found in operations(document).items():
        assert found["summary"], name
        assert found["description"], name
        assert found["tags"], name
        expected = {"400", "500"}
        if name not in {"readHealth", "readReadiness"}:
            assert list(found["security"][0]) == ["ApiKey"], name
            expected |= {"401", "503"}
        if name in {"listPosts", "readPost", "handInTip"}:
            expected |= {"403"}
            assert found["security"][0]["ApiKey"], "a partner reads here which scope is needed"
        assert expected <= set(found["responses"]), name
        for status, response in found["responses"].items():
            assert response["description"], (name, status)
            if int(status) >= 400:
                content = response["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ProblemShape"}
                assert content["examples"], (name, status)


def test_every_parameter_and_field_of_a_request_is_described(document: dict[str, Any]) -> None:
    for name, found in operations(document).items():
        for parameter in found.get("parameters", []):
            assert parameter.get("description"), (name, parameter["name"])
    body = operations(document)["handInTip"]["requestBody"]["content"]["application/json"]["schema"]
    assert all(field.get("description") for field in body["properties"].values())
    assert body["additionalProperties"] is False


def test_bounds_of_parameters_stand_in_the_document_as_a_program_reads_them(document: dict[str, Any]) -> None:
    parameters = {
        parameter["name"]: parameter["schema"]
        for found in operations(document).values()
        for parameter in found.get("parameters", [])
    }
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"]) == (1, 200)
    assert (parameters["min_score"]["minimum"], parameters["min_score"]["maximum"]) == (0, 1)
    assert parameters["post_id"]["minimum"] == 1
    assert not any("null" in str(schema) or "ge" in schema or "le" in schema for schema in parameters.values())


def test_every_kind_of_problem_is_explained_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    for kind in Kind:
        assert f"`{kind.code}` | {kind.status}" in page, kind.code


def test_neither_document_nor_reference_spells_out_how_signs_are_found(document: dict[str, Any]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    codebook = Path(__file__).parents[2] / "classifier" / "codebook" / "codebook.md"
    section = codebook.read_text(encoding="utf-8").partition("\n## 5")[2].partition("\n## 6")[0]
    forms = {form.strip() for form in section.replace("\n", "·").replace("|", "·").split("·")}
    long_enough = {form for form in forms if len(form) >= 8 and not form.isascii()}
    assert len(long_enough) > 50, "the codebook's section 5 lists surface forms"
    assert not [form for form in long_enough if form in page or form in str(document)]
