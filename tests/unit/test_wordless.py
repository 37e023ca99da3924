"""The crawl's log names faults by type and place; what a page, a row or an address said never gets there."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from crawlers.wordless import WordlessFormatter
from records.errors import ConfigurationError
from tests.conftest import ROOT

SECRET = "Key (text)=(gọi 0900 000 012) already exists"


class ForeignFault(Exception):
    """A fault that quotes what it failed on."""


def logged(record: logging.LogRecord) -> str:
    return WordlessFormatter("%(levelname)s %(name)s %(message)s").format(record)


def a_record(name: str, message: str, fault: BaseException | None = None, *values: object) -> logging.LogRecord:
    caught = (type(fault), fault, fault.__traceback__) if fault is not None else None
    return logging.LogRecord(name, logging.ERROR, __file__, 12, message, values, caught, func="work")


def raised(fault: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise fault from cause
    except BaseException as caught:
        return caught


def test_a_foreign_fault_is_shown_by_its_type_and_place_alone() -> None:
    shown = logged(a_record("riskscan.crawl", "the crawl ended", raised(ForeignFault(SECRET))))
    assert "the crawl ended" in shown
    assert "ForeignFault" in shown
    assert "test_wordless.py" in shown
    assert "0900" not in shown


def test_our_own_errors_keep_their_words_but_not_those_of_their_cause() -> None:
    fault = raised(ConfigurationError("the key file is missing"), raised(ForeignFault(SECRET)))
    shown = logged(a_record("riskscan.crawl", "the crawl ended", fault))
    assert "the key file is missing" in shown
    assert "caused by\nForeignFault" in shown
    assert "0900" not in shown


def test_every_member_of_a_group_is_shown() -> None:
    group = ExceptionGroup(SECRET, [raised(ForeignFault(SECRET)), raised(ValueError(SECRET))])
    shown = logged(a_record("riskscan.crawl", "the crawl ended", raised(group)))
    assert "ForeignFault" in shown
    assert "ValueError" in shown
    assert "0900" not in shown


@pytest.mark.parametrize("name", ["asyncio", "psycopg.pool", "scrapy.core.scraper", "riskscanned", "root"])
def test_of_a_library_s_line_only_the_place_is_shown(name: str) -> None:
    record = a_record(name, "Error downloading %s", raised(ForeignFault(SECRET)), SECRET)
    record.stack_info = SECRET
    record.exc_text = SECRET
    shown = logged(record)
    assert shown.startswith(f"ERROR {name} test_wordless.py:12 work")
    assert "ForeignFault" in shown
    assert "0900" not in shown


def test_a_line_without_a_fault_stays_a_line() -> None:
    assert (
        logged(a_record("riskscan.crawl", "%d addresses passed", None, 3)) == "ERROR riskscan.crawl 3 addresses passed"
    )


STRAYS = """
import asyncio, gc, logging, threading, warnings
from crawlers.wordless import write_wordless
from twisted.internet.defer import fail
SECRET = "0900 000 012"
write_wordless(logging.WARNING)
async def lost():
    raise ValueError(SECRET)
async def main():
    task = asyncio.create_task(lost())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
asyncio.run(main())
gc.collect()
fail(ValueError(SECRET))
gc.collect()
def work():
    raise ValueError(SECRET)
thread = threading.Thread(target=work)
thread.start()
thread.join()
class Falling:
    def __del__(self):
        raise ValueError(SECRET)
Falling()
warnings.warn(SECRET)
raise ValueError(SECRET)
"""


def test_no_stray_fault_of_the_whole_program_finds_another_way_to_standard_error() -> None:
    program = subprocess.run([sys.executable, "-c", STRAYS], capture_output=True, text=True, cwd=ROOT, check=False)
    assert program.returncode == 1
    for place in ("asyncio", "twisted", "a fault in a thread", "could not be raised", "py.warnings", "nobody expected"):
        assert place in program.stderr, (place, program.stderr)
    assert "0900" not in program.stderr
    assert program.stdout == ""


def test_the_positive_control_would_show_the_words() -> None:
    bare = STRAYS.replace("write_wordless(logging.WARNING)", "")
    program = subprocess.run([sys.executable, "-c", bare], capture_output=True, text=True, cwd=ROOT, check=False)
    assert program.stderr.count("ValueError: 0900") >= 4
