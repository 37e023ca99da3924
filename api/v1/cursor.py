"""Signed cursors: where a reader stands in one list, of use to nobody else and for no other list."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import struct
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from api.problems import Kind, Problem
from store.reading import PostFilter

PLACE = struct.Struct(">qq")
SEAL_BYTES = 16
START = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def write_cursor(key: bytes, agency_id: int, wanted: PostFilter, place: tuple[datetime, int]) -> str:
    """Return the cursor for a place (time of change, post id) in an agency's list."""
    packed = PLACE.pack((place[0] - START) // TICK, place[1])
    return base64.urlsafe_b64encode(packed + _seal(key, agency_id, wanted, packed)).decode().rstrip("=")


def read_cursor(key: bytes, agency_id: int, wanted: PostFilter, cursor: str) -> tuple[datetime, int]:
    """Return the place a cursor stands for.

    Raises
    ------
    Problem
        It was made for another agency or other filters, or not by us.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    packed, seal = raw[: PLACE.size], raw[PLACE.size :]
    if not hmac.compare_digest(seal, _seal(key, agency_id, wanted, packed)):
        raise Problem(Kind.CURSOR_REFUSED, "Use a cursor only with the filters and the agency's key it was given to.")
    ticks, post_id = PLACE.unpack(packed)
    return START + ticks * TICK, post_id


def _seal(key: bytes, agency_id: int, wanted: PostFilter, packed: bytes) -> bytes:
    """Return the digest that binds a place to an agency and its filters."""
    bound = json.dumps([agency_id, asdict(wanted)], sort_keys=True, default=datetime.isoformat).encode()
    return hmac.digest(key, bound + b"\0" + packed, "sha256")[:SEAL_BYTES]
