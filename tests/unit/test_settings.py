"""Settings are read once, strictly, and say in one line what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.errors import ConfigurationError
from riskscan.settings import ROOT, VARIABLES, read_settings

HERE = Path("/nha-mau")


def test_without_any_setting_everything_lies_under_the_current_folder() -> None:
    settings = read_settings({}, HERE)
    assert settings.data == HERE / ".riskscan"
    assert settings.key_file == HERE / ".riskscan-keys" / "master.json"
    assert settings.key_folder == HERE / ".riskscan-keys"
    assert settings.evidence == str(HERE / ".riskscan" / "evidence")
    assert settings.models == ROOT / "models"
    assert (settings.port, settings.audit_share, settings.database_url) == (8600, 0.02, None)
    assert (settings.retention.unflagged_days, settings.retention.dismissed_days) == (30, 90)


def test_every_variable_that_is_documented_is_read() -> None:
    given = {
        "RISKSCAN_DATA": "d",
        "RISKSCAN_KEY_FILE": "k/m.json",
        "DATABASE_URL": "postgresql://service@db/riskscan",
        "RISKSCAN_OWNER_URL": "postgresql://owner@db/riskscan",
        "RISKSCAN_EVIDENCE": "s3://bang-chung-mau",
        "RISKSCAN_MODELS": "m",
        "RISKSCAN_SOURCES": "s",
        "RISKSCAN_PORT": "0",
        "RISKSCAN_ALLOWED_HOSTS": "a.example,b.example",
        "RISKSCAN_CONTACT": "https://mau.example/lien-he",
        "RISKSCAN_AUDIT_SHARE": "0.5",
        "RISKSCAN_UNFLAGGED_DAYS": "1",
        "RISKSCAN_DISMISSED_DAYS": "2",
    }
    assert given.keys() == VARIABLES.keys()
    bare, told = read_settings({}, HERE), read_settings(given, HERE)
    fields = list(type(told).__dataclass_fields__)
    assert [name for name in fields if getattr(bare, name) == getattr(told, name)] == []
    assert told.user_agent.endswith("(+https://mau.example/lien-he)")


def test_an_unknown_setting_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"unknown setting RISKSCAN_DATEN; known are .*RISKSCAN_DATA,"):
        read_settings({"RISKSCAN_DATEN": "x"}, HERE)


@pytest.mark.parametrize("path", ["d/master.json", "d/keys/master.json", "e/../d/master.json"])
def test_keys_never_lie_under_the_data_folder(path: str) -> None:
    with pytest.raises(ConfigurationError, match="must not travel together"):
        read_settings({"RISKSCAN_DATA": "d", "RISKSCAN_KEY_FILE": path}, HERE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RISKSCAN_PORT", "http"),
        ("RISKSCAN_PORT", "65536"),
        ("RISKSCAN_PORT", "-1"),
        ("RISKSCAN_AUDIT_SHARE", "1.1"),
        ("RISKSCAN_AUDIT_SHARE", "nan"),
        ("RISKSCAN_UNFLAGGED_DAYS", "0"),
        ("RISKSCAN_DISMISSED_DAYS", ""),
    ],
)
def test_a_number_out_of_its_range_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} must be a number from"):
        read_settings({name: value}, HERE)


def test_addresses_of_databases_are_not_shown_by_accident() -> None:
    told = read_settings({"DATABASE_URL": "postgresql://u:bi-mat@db/x", "RISKSCAN_OWNER_URL": "bi-mat"}, HERE)
    assert "bi-mat" not in repr(told)
