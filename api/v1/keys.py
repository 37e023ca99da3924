"""Makes API keys and reads them from a request's header; a mistyped key is told apart without the database."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from enum import StrEnum

SCHEME = "rsk"
PREFIX_BYTES, SECRET_BYTES = 4, 32


class Scope(StrEnum):
    """What an API key may be used for."""

    POSTS_READ = "posts:read"
    TIPS_WRITE = "tips:write"


def new_api_key(random: Callable[[int], bytes] = os.urandom) -> tuple[str, str]:
    """Return a new key's prefix, by which people know it, and the token to hand over once.

    The token ``rsk_<prefix>_<secret>`` has 256 random bits and ends in a checksum of eight digits,
    so that scanners find lost keys and a typing error costs no query. The store keeps its digest only.
    """
    prefix = random(PREFIX_BYTES).hex()
    body = f"{SCHEME}_{prefix}_{random(SECRET_BYTES).hex()}"
    return prefix, body + _checksum(body)


def is_api_key(token: str) -> bool:
    """Say whether a token has the form and checksum of an API key; not whether it opens anything."""
    body, checksum = token[:-8], token[-8:]
    return token.startswith(f"{SCHEME}_") and token.isascii() and _checksum(body) == checksum


def _checksum(body: str) -> str:
    """Return the CRC-32 of a token's body in eight hexadecimal digits."""
    return f"{zlib.crc32(body.encode()):08x}"
