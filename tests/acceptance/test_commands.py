"""The command line as people and programs use it: one process a command, exit codes, one clear line on a fault."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.core import TyperGroup
from typer.main import get_command

import riskscan.commands  # noqa: F401 - adds all commands to the app
from api.v1.keys import is_api_key
from riskscan.cli import app
from riskscan.runtime import running
from riskscan.settings import ROOT, read_settings
from store.pool import connect
from tests.acceptance.conftest import SampleSite
from tests.builders import a_kept_post
from tests.conftest import Database
from tests.integration.task_lab import MODELS, a_runtime, an_environment

Run = Callable[..., subprocess.CompletedProcess[str]]
MAIN = "from riskscan.cli import main; main()"
MODEL = max((path.parent.name for path in MODELS.glob("*/manifest.json")), default="")


def run_with(environment: dict[str, str], cwd: Path) -> Run:
    def run(
        *arguments: str, stdin: str = "", code: int = 0, file_limit: int | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        def limit() -> None:
            if file_limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

        # A program that may not write cannot write down its coverage either.
        unwanted = ("RISKSCAN_", "COVERAGE") if file_limit is not None else ("RISKSCAN_",)
        known = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=known | {"PYTHONPATH": str(ROOT)} | environment | more,
            timeout=280,
            preexec_fn=limit if file_limit is not None else None,
            check=False,
        )
        assert done.returncode == code, f"{arguments}: {done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def alone(tmp_path: Path) -> Run:
    """The command line without any database."""
    return run_with({"RISKSCAN_DATA": str(tmp_path / "data"), "RISKSCAN_MODELS": str(MODELS)}, tmp_path)


@pytest.fixture
def house(db: Database, tmp_path: Path) -> Run:
    """The command line on a database of this test's own."""
    a_runtime(db, tmp_path)
    return run_with(an_environment(db, tmp_path), tmp_path)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    (line,) = done.stderr.strip().split("\n")
    assert line.startswith("riskscan: ")
    return line


def every_command() -> list[list[str]]:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    paths = []
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            paths += [[name, inner] for inner in command.commands]
        else:
            paths.append([name])
    return paths


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_says_what_it_does_with_an_example_of_itself(path: list[str]) -> None:
    command = get_command(app)
    for name in path:
        assert isinstance(command, TyperGroup)
        command = command.commands[name]
    assert f"Example: riskscan {' '.join(path)}" in (command.help or "")
    assert all(one.help for one in command.params if one.name != "help"), "every parameter is explained"


def test_a_command_that_does_not_exist_is_wrong_use(alone: Run) -> None:
    alone("khong-co", code=2)
    alone("crawl", code=2)
    alone("key", "new", "Cơ quan Mẫu", code=2)


# ── score ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_score_answers_each_line_in_order_and_names_broken_ones(alone: Run) -> None:
    lines = ['{"id": "b", "text": "Việc nhẹ lương cao, bao vé xe sang Campuchia"}', "{", '{"id": 5, "text": ""}']
    done = alone("score", "-", stdin="\n".join(lines) + "\n", code=1)
    first, broken, empty = map(json.loads, done.stdout.split("\n")[:-1])
    assert list(first) == [
        *("id", "score", "risk", "flag", "role", "roles", "exploitation", "indicators", "reasons"),
        *("destination", "out_of_scope", "model"),
    ]
    assert (first["id"], first["model"], first["out_of_scope"]) == ("b", MODEL, None)
    assert broken == {"id": None, "line": 2, "error": "not JSON"}
    assert (empty["id"], empty["out_of_scope"], empty["flag"]) == (5, "empty", False)
    assert "1 broken lines" in one_line(done)


def test_score_is_the_same_for_a_contact_whatever_its_digits(alone: Run) -> None:
    posts = [{"id": str(n), "text": f"Việc nhẹ lương cao, gọi 0912 000 {n:03} nhé"} for n in range(3)]
    done = alone("score", "-", stdin="\n".join(map(json.dumps, posts)))
    bare = [{**json.loads(line), "id": ""} for line in done.stdout.split("\n")[:-1]]
    assert bare[0] == bare[1] == bare[2], "the model sees masked text only"


def test_score_counts_offsets_in_the_text_it_was_given(alone: Run) -> None:
    text = "Việc nhẹ lương cao 30 triệu ở Campuchia, bao vé xe, không cần giấy tờ"
    apart = unicodedata.normalize("NFD", text)
    posts = [{"id": "nfc", "text": text}, {"id": "nfd", "text": apart}]
    done = alone("score", "-", stdin="\n".join(map(json.dumps, posts)))
    nfc, nfd = map(json.loads, done.stdout.split("\n")[:-1])
    marks = nfc["indicators"] + nfc["reasons"]
    moved = nfd["indicators"] + nfd["reasons"]
    assert marks
    assert [text[one["start"] : one["end"]] for one in marks] == [
        unicodedata.normalize("NFC", apart[one["start"] : one["end"]]) for one in moved
    ]


def test_score_reads_plain_text_and_files(alone: Run, tmp_path: Path) -> None:
    (tmp_path / "bai.txt").write_text("Cần tuyển phụ bếp\nTìm việc làm ở Móng Cái\n", "utf-8")
    done = alone("score", "bai.txt", "--plain")
    assert [json.loads(line)["id"] for line in done.stdout.split("\n")[:-1]] == ["1", "2"]


def test_score_stops_quietly_when_nobody_reads_on(alone: Run, tmp_path: Path) -> None:
    (tmp_path / "bai.txt").write_text("Cần tuyển phụ bếp\n" * 3000, "utf-8")
    command = f"{sys.executable} -c '{MAIN}' score bai.txt --plain | head -1"
    environment = {"RISKSCAN_MODELS": str(MODELS), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert json.loads(done.stdout)["id"] == "1"
    assert done.stderr == ""


@pytest.mark.parametrize("file", ["khong-co.jsonl", "."])
def test_score_of_a_file_that_cannot_be_read_is_one_line(alone: Run, file: str) -> None:
    assert "cannot be read" in one_line(alone("score", file, code=1))


# ── bad input ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_setting_is_refused(alone: Run) -> None:
    assert "unknown setting RISKSCAN_PROT" in one_line(alone("score", "-", code=1, RISKSCAN_PROT="1"))


@pytest.mark.parametrize(
    "address",
    ["postgresql://nobody:bi-mat@127.0.0.1:1/riskscan", "postgresql://khong.mau.invalid/riskscan", "khong phai"],
)
def test_a_wrong_database_address_is_one_line_that_keeps_the_password(alone: Run, tmp_path: Path, address: str) -> None:
    done = alone("rescore", code=1, DATABASE_URL=address, RISKSCAN_KEY_FILE=str(a_key_file(tmp_path)))
    assert "database" in one_line(done).lower()
    assert "bi-mat" not in done.stderr + done.stdout


def a_key_file(folder: Path) -> Path:
    from store.seal import new_key_file

    new_key_file(folder / "keys" / "master.json", "k1")
    return folder / "keys" / "master.json"


def test_a_key_file_that_others_can_read_is_refused(house: Run, tmp_path: Path) -> None:
    key_file = tmp_path / "keys" / "master.json"
    key_file.chmod(0o644)
    assert "chmod 600" in one_line(house("rescore", code=1))
    key_file.chmod(0o600)
    key_file.write_text("{}", "utf-8")
    assert "no key file" in one_line(house("rescore", code=1))
    key_file.unlink()
    assert "missing" in one_line(house("rescore", code=1))
    assert not key_file.exists(), "a lost key file is never replaced by a fresh one"


def test_a_missing_or_altered_model_file_stops_scoring_before_anything_is_stored(
    db: Database, house: Run, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(MODELS / MODEL, models / MODEL)
    path = models / MODEL / "model.skops"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    for command in (["rescore"], ["score", "-"], ["model", "promote", MODEL, "--reason", "thử"]):
        assert "altered" in one_line(house(*command, code=1, RISKSCAN_MODELS=str(models)))
    path.unlink()
    assert "missing" in one_line(house("rescore", code=1, RISKSCAN_MODELS=str(models)))
    assert "holds no model" in one_line(house("rescore", code=1, RISKSCAN_MODELS=str(tmp_path / "nowhere")))
    with psycopg.connect(db.superuser_dsn) as root:
        assert root.execute("select (select count(*) from model), (select count(*) from score)").fetchone() == (0, 0)


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(db: Database, house: Run, tmp_path: Path) -> None:
    # A file-size limit of nothing is what a full disk looks like to a program that writes.
    (tmp_path / "nguon.toml").write_text(IMPORT, "utf-8")
    (tmp_path / "bai.jsonl").write_text('{"id": "1"}\n' + '{"id": "2", "text": "Tuyển phụ quán"}\n', "utf-8")
    done = house("import", "bai.jsonl", "--source", "nguon.toml", code=1, file_limit=0)
    one_line(done)
    with psycopg.connect(db.superuser_dsn) as root:
        assert root.execute("select count(*) from post").fetchone() == (0,)
    house("import", "bai.jsonl", "--source", "nguon.toml")
    with psycopg.connect(db.superuser_dsn) as root:
        assert root.execute("select count(*) from post").fetchone() == (1,)


IMPORT = """
id = "tep-mau"
title = "Tệp mẫu"
kind = "import"
platform = "other"
contact = "a test"
terms = "invented"

[format]
name = "json-lines"

[mapping]
external_id = "id"
text = "text"

[expectations]
min_posts = 1
"""


# ── people, keys, models, sources ──────────────────────────────────────────────────────────────────────────


def test_an_account_is_opened_reset_and_closed(db: Database, house: Run) -> None:
    first = house("user", "add", "lan.nt", "--role", "lead", "--name", "Cán bộ Mẫu").stdout
    assert "user lan.nt, one-time password " in first
    assert "exists already" in one_line(house("user", "add", "lan.nt", code=1))
    assert "2 to 40 of" in one_line(house("user", "add", "Lan Nguyễn", code=1))
    assert house("user", "reset", "lan.nt").stdout != first
    house("user", "close", "lan.nt")
    (known,) = json.loads(house("user", "list", "--json").stdout)
    assert (known["username"], known["role"], known["active"]) == ("lan.nt", "lead", False)
    assert "no account khong.co" in one_line(house("user", "close", "khong.co", code=1))
    with psycopg.connect(db.superuser_dsn) as root:
        kept = root.execute("select password_hash, must_change_password from account").fetchone()
        actions = [row[0] for row in root.execute("select action from audit order by audit_id")]
    assert kept is not None
    assert kept[0].startswith("$argon2")
    assert kept[1] is True
    assert actions == ["open_account", "reset_account", "close_account"]
    assert "password" not in json.dumps(known)


def test_an_api_key_is_shown_once_listed_without_its_secret_and_revoked(house: Run) -> None:
    assert "no agency Tổng đài Mẫu; there are none" in one_line(
        house("key", "new", "Tổng đài Mẫu", "--scope", "posts:read", code=1)
    )
    house("agency", "add", "Tổng đài Mẫu", "--basis", "thoả thuận số 01 (mẫu)")
    house("agency", "add", " ", "--basis", "x", code=2)
    assert "Tổng đài Mẫu" in house("agency", "list").stdout
    new = json.loads(house("key", "new", "Tổng đài Mẫu", "--scope", "posts:read", "--days", "9", "--json").stdout)
    assert is_api_key(new["key"])
    house("key", "new", "Tổng đài Mẫu", "--scope", "posts:read", "--days", "0", code=2)
    listed = house("key", "list", "--json").stdout
    assert new["prefix"] in listed
    assert new["key"] not in listed
    house("key", "revoke", new["prefix"])
    assert "no valid key" in one_line(house("key", "revoke", new["prefix"], code=1))
    assert new["prefix"] in house("key", "list").stdout


def test_a_model_is_promoted_and_rolled_back_with_reasons(house: Run, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(MODELS / MODEL, models / MODEL)
    second = models / "recruitment-risk-9002"
    shutil.copytree(MODELS / MODEL, second)
    manifest = second / "manifest.json"
    wrong = {"RISKSCAN_MODELS": str(models)}
    assert "holds the model" in one_line(house("model", "promote", second.name, "--reason", "thử", code=1, **wrong))
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"model": second.name}), "utf-8")
    house("model", "promote", MODEL, "--reason", "bản đầu", **wrong)
    assert "no other model" in one_line(house("model", "rollback", "--reason", "thử", code=1, **wrong))
    house("model", "promote", second.name, "--reason", "thử", "--threshold", "0.9", **wrong)
    house("model", "promote", second.name, "--reason", "thử", "--threshold", "1", code=2, **wrong)
    house("model", "promote", second.name, "--reason", " ", code=2, **wrong)
    rows = {row["model"]: row for row in json.loads(house("model", "list", "--json", **wrong).stdout)}
    assert (rows[second.name]["current"], rows[second.name]["threshold"], rows[MODEL]["current"]) == (True, 0.9, False)
    assert MODEL in house("model", "rollback", "--reason", "nhiều cảnh báo sai", **wrong).stdout
    rows = {row["model"]: row for row in json.loads(house("model", "list", "--json", **wrong).stdout)}
    assert (rows[second.name]["current"], rows[MODEL]["current"], rows[MODEL]["present"]) == (False, True, True)


def test_a_source_file_is_checked_without_fetching(alone: Run, tmp_path: Path) -> None:
    board = str(ROOT / "sources" / "sample-board.toml")
    plan = json.loads(alone("source", "check", board, "--set", "SAMPLE_PORT=80", "--json").stdout)
    assert (plan["source"], plan["kind"]) == ("sample-board", "job_board")
    assert "board.sample.test" in alone("source", "check", board, "--set", "SAMPLE_PORT=80").stdout
    assert "SAMPLE_PORT" in one_line(alone("source", "check", board, code=1))
    alone("source", "check", board, "--set", "SAMPLE_PORT", code=2)
    (tmp_path / "nguon.toml").write_text(IMPORT, "utf-8")
    assert "json-lines" in alone("source", "check", "nguon.toml").stdout


def test_a_corpus_file_is_checked_by_line(alone: Run, tmp_path: Path) -> None:
    assert json.loads(alone("corpus", "check", "--json").stdout)["posts"] > 5000
    assert "are in order" in alone("corpus", "check").stdout
    (tmp_path / "hong.jsonl").write_text('{"id": "1"}\n', "utf-8")
    assert "hong.jsonl:1" in alone("corpus", "check", "hong.jsonl", code=1).stderr


# ── upkeep ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_altered_audit_entry_is_found(db: Database, house: Run) -> None:
    for name in ("can.bo1", "can.bo2", "can.bo3"):
        house("user", "add", name)
    assert house("audit", "verify").stdout == "3 entries hold\n"
    with psycopg.connect(db.superuser_dsn) as root:
        root.execute("update audit set action = 'nothing' where audit_id = (select min(audit_id) + 1 from audit)")
    done = house("audit", "verify", "--json", code=1)
    assert json.loads(done.stdout)["entries"] == 1
    assert "was altered" in one_line(done)


async def test_purge_erases_what_is_over_and_says_so(db: Database, house: Run, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path)
    async with connect(db.service_dsn) as conn:
        await a_kept_post(conn, runtime.vault)
        await conn.execute("update post set first_seen_at = '2020-01-01', last_seen_at = '2020-01-01'")
        await conn.commit()
    assert "to erase: 1 unflagged" in house("purge", "--dry-run").stdout
    done = house("purge")
    assert "erased: 1 unflagged" in done.stdout
    assert "RISKSCAN_OWNER_URL" in done.stdout
    owner = {"RISKSCAN_OWNER_URL": db.owner_dsn}
    assert "write-ahead log" in house("purge", **owner).stdout
    again = json.loads(house("purge", "--json", **owner).stdout)
    assert again == {"dry_run": False, "unflagged": 0, "dismissed": 0, "stray_evidence": 0, "scrubbed": "table"}


def checks(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {one["about"]: one["state"] for one in json.loads(done.stdout)}


def test_doctor_finds_a_sound_house_sound(house: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    found = checks(house("doctor", "--json"))
    sound = {"database", "database role", "migrations", "key file", "model", "evidence"}
    assert {found[about] for about in sound} == {"ok"}
    assert found["workers"] == "note"
    assert "mend: riskscan worker" in house("doctor").stdout


def test_doctor_says_what_is_broken_and_how_to_mend_it(db: Database, house: Run, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir(exist_ok=True)
    (tmp_path / "sources" / "hong.toml").write_text("kind = 'bulletin'\n", "utf-8")
    (tmp_path / "keys" / "master.json").chmod(0o604)
    (tmp_path / "tep").touch()
    done = house(
        "doctor",
        "--json",
        code=1,
        DATABASE_URL=db.owner_dsn,
        RISKSCAN_MODELS=str(tmp_path),
        RISKSCAN_EVIDENCE=str(tmp_path / "tep"),
    )
    found = checks(done)
    assert {about for about, state in found.items() if state == "broken"} == {
        "database role",
        "key file",
        "model",
        "evidence",
    }
    assert found["source file"] == "note"
    assert all(one["mend"] for one in json.loads(done.stdout) if one["state"] == "broken")
    one_line(done)


def test_doctor_on_a_bare_folder_makes_nothing(alone: Run, tmp_path: Path) -> None:
    found = checks(alone("doctor", "--json"))
    assert (found["database"], found["key file"]) == ("note", "note")
    assert list(tmp_path.iterdir()) == []
    assert (
        checks(alone("doctor", "--json", code=1, DATABASE_URL="postgresql://x@127.0.0.1:1/x"))["database"] == "broken"
    )


def test_doctor_misses_the_master_key_that_posts_need(db: Database, house: Run) -> None:
    with psycopg.connect(db.superuser_dsn) as root:
        root.execute("insert into data_key (master_key_id, wrapped) values ('k0', decode(repeat('00', 60), 'hex'))")
    done = house("doctor", code=1)
    assert "lacks the master keys k0" in done.stdout


def test_doctor_sees_that_nothing_was_migrated(db: Database, house: Run) -> None:
    with psycopg.connect(db.superuser_dsn, autocommit=True) as root:
        root.execute("drop schema public cascade")
        root.execute("create schema public authorization riskscan_owner")
        root.execute("grant usage on schema public to riskscan_service")
        root.execute("drop schema procrastinate cascade")
    found = checks(house("doctor", "--json", code=1))
    assert (found["migrations"], found["workers"]) == ("broken", "broken")


# ── a house of its own ─────────────────────────────────────────────────────────────────────────────────────


def test_a_house_with_its_own_server_keeps_itself_in_order(alone: Run, tmp_path: Path) -> None:
    with running(read_settings({"RISKSCAN_DATA": str(tmp_path / "data")}, tmp_path)):
        alone("user", "add", "lan.nt")
        assert "stop worker and serve first" in one_line(alone("key", "rotate", code=1))
        assert json.loads(alone("purge", "--json").stdout)["scrubbed"] == "whole"
        assert "embedded, running: process" in alone("doctor").stdout
        assert alone("source", "list", "--json").stdout == "[]\n"
    done = alone("key", "rotate")
    assert "wrapped under k2; files cleaned: whole" in done.stdout
    assert "taken out of the key file: k1" in done.stdout
    assert alone("audit", "verify").stdout.startswith("2 entries hold")


def test_a_source_is_crawled_by_name_and_a_wrong_name_is_told(house: Run, tmp_path: Path, site: SampleSite) -> None:
    file = (ROOT / "sources" / "sample-forum.toml").read_text("utf-8").replace("${SAMPLE_PORT}", site.port)
    (tmp_path / "sources" / "sample-forum.toml").write_text(file, "utf-8")
    assert "no source khong-co" in one_line(house("crawl", "khong-co", code=1))
    done = house("crawl", "--all")
    assert "crawl sample-forum" in done.stdout
    assert ": finished" in done.stdout
    (row,) = json.loads(house("source", "list", "--json").stdout)
    assert (row["source_id"], row["state"]) == ("sample-forum", "finished")
    assert row["posts_new"] >= 100


# ── train and evaluate ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.long
def test_a_trained_model_is_whole_and_never_replaces_another(alone: Run, tmp_path: Path) -> None:
    lines = (ROOT / "classifier" / "corpus" / "snippets.jsonl").read_text("utf-8").split("\n")[:100]
    (tmp_path / "nhan.jsonl").write_text("\n".join(lines), "utf-8")
    models = {"RISKSCAN_MODELS": str(tmp_path / "models")}
    done = alone("train", "nhan.jsonl", "--no-measure", **models)
    assert "recruitment-risk-0001" in done.stdout
    folder = tmp_path / "models" / "recruitment-risk-0001"
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "manifest.json", "metrics.json", "model.skops"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert "new id" in one_line(alone("train", "nhan.jsonl", "--id", folder.name, code=1, **models))
    found = json.loads(alone("evaluate", "nhan.jsonl", "--json", **models).stdout)
    assert (found["model"], found["posts"]) == (folder.name, len(lines))
    assert f"on {len(lines)} posts" in alone("evaluate", "nhan.jsonl", "--model", folder.name, **models).stdout


def test_a_model_is_measured_against_labels(alone: Run, tmp_path: Path) -> None:
    lines = (ROOT / "classifier" / "corpus" / "snippets.jsonl").read_text("utf-8").split("\n")[:40]
    (tmp_path / "nhan.jsonl").write_text("\n".join(lines), "utf-8")
    found = json.loads(alone("evaluate", "nhan.jsonl", "--json").stdout)
    assert (found["model"], found["posts"]) == (MODEL, 40)
    assert "on 40 posts" in alone("evaluate", "nhan.jsonl", "--model", MODEL).stdout


def test_a_model_is_never_trained_over_another_nor_on_a_broken_corpus(alone: Run, tmp_path: Path) -> None:
    assert "new id" in one_line(alone("train", "--id", MODEL, code=1))
    (tmp_path / "hong.jsonl").write_text("{", "utf-8")
    models = tmp_path / "models"
    assert "hong.jsonl:1" in alone("train", "hong.jsonl", code=1, RISKSCAN_MODELS=str(models)).stderr
    assert not models.exists()
