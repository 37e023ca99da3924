"""Seals originals under data keys, wraps data keys under a master key, and digests what must be found again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from records.errors import ConfigurationError, SealError

NONCE, KEY = 12, 32


def associated(table: str, column: str, *row: object) -> bytes:
    """Name the one place a sealed value belongs to; moved elsewhere it does not open."""
    return ".".join([table, column, *map(str, row)]).encode()


@dataclass(frozen=True, slots=True)
class DataKey:
    """The bare key of one post or address; lives in memory only."""

    secret: bytes = field(repr=False)

    def seal(self, value: bytes, place: bytes) -> bytes:
        """Return nonce and ciphertext, 28 bytes longer than ``value``."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, value, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return what was sealed here; SealError if the key, the place or the bytes differ."""
        try:
            return AESGCM(self.secret).decrypt(bytes(sealed[:NONCE]), bytes(sealed[NONCE:]), place)
        except InvalidTag as fault:
            raise SealError(f"the sealed value of {place.decode()} does not open with this key") from fault


def page_key(members: list[DataKey], page: str) -> DataKey:
    """Derive the key of a page from the keys of ALL its posts.

    Erasing any one post's key makes the whole page unreadable, so that a neighbour's page never
    gives away a post that was erased.
    """
    joined = b"".join(hashlib.sha256(key.secret).digest() for key in members)
    return DataKey(HKDF(SHA256(), KEY, None, b"riskscan page " + page.encode()).derive(joined))


class Vault:
    """Holds the master keys and the digest key, read once from the key file."""

    def __init__(self, current: str, masters: dict[str, bytes], digest_key: bytes) -> None:
        self.current, self._masters, self._digest_key = current, masters, digest_key

    def new_key(self) -> tuple[DataKey, bytes]:
        """Make a data key; return it with its wrapped form for the database."""
        key = DataKey(os.urandom(KEY))
        return key, self.wrap(key)

    def wrap(self, key: DataKey) -> bytes:
        """Seal a data key under the current master key."""
        return DataKey(self._masters[self.current]).seal(key.secret, b"data_key.wrapped." + self.current.encode())

    def unwrap(self, wrapped: bytes, master_key_id: str) -> DataKey:
        """Open a wrapped data key; SealError if its master key is not in the key file."""
        if master_key_id not in self._masters:
            raise SealError(f"the master key {master_key_id} is not in the key file; restore it from its backup")
        place = b"data_key.wrapped." + master_key_id.encode()
        return DataKey(DataKey(self._masters[master_key_id]).open(wrapped, place))

    def digest(self, label: str, value: str) -> bytes:
        """Return the keyed digest (HMAC-SHA-256, 32 bytes) of a value, apart for each label."""
        return hmac.digest(self._digest_key, f"{label}\0{value}".encode(), "sha256")


def new_key_file(path: Path, name: str, random: Callable[[int], bytes] = os.urandom) -> None:
    """Write a fresh key file, mode 0600, in a folder of mode 0700; an existing file is left alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {"current": name, "masters": {name: _text(random(KEY))}, "digest": _text(random(KEY))}
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        json.dump(keys, stream)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(part, path)  # Unlike a rename this never replaces a key file that another process just made.
    except FileExistsError:
        pass
    finally:
        part.unlink()


def open_vault(path: Path) -> Vault:
    """Read the key file.

    Raises
    ------
    ConfigurationError
        It is missing, readable by others, or not a key file.
    """
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise ConfigurationError(f"{path.name} can be read by others; run: chmod 600 {path.name}")
        keys = json.loads(path.read_text(encoding="utf-8"))
        masters = {name: base64.b64decode(value, validate=True) for name, value in keys["masters"].items()}
        digest_key = base64.b64decode(keys["digest"], validate=True)
        current = keys["current"]
    except FileNotFoundError as fault:
        raise ConfigurationError(f"the key file {path.name} is missing; set RISKSCAN_KEY_FILE or restore it") from fault
    except (OSError, ValueError, KeyError, AttributeError, TypeError, binascii.Error) as fault:
        raise ConfigurationError(f"{path.name} is no key file of riskscan") from fault
    if current not in masters or any(len(key) != KEY for key in [*masters.values(), digest_key]):
        raise ConfigurationError(f"{path.name} holds a key of a wrong length or lacks its current key")
    return Vault(current, masters, digest_key)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
