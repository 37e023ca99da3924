"""Changes the key file: a new master key in, old ones out, never half-written."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.seal import KEY, open_vault


def master_names(path: Path) -> tuple[str, frozenset[str]]:
    """Return the name of the current master key and those of all; ConfigurationError if it is no key file."""
    open_vault(path)
    keys = json.loads(path.read_text(encoding="utf-8"))
    return keys["current"], frozenset(keys["masters"])


def add_master(path: Path, random: Callable[[int], bytes] = os.urandom) -> str:
    """Put a fresh master key into the file, make it the current one and return its name; the others stay."""
    _, names = master_names(path)
    highest = max((int(one[1:]) for one in names if one[0] == "k" and one[1:].isdecimal()), default=0)
    name = f"k{highest + 1}"  # never a name that was used before
    keys = json.loads(path.read_text(encoding="utf-8"))
    keys["masters"][name] = base64.b64encode(random(KEY)).decode()
    _replace(path, keys | {"current": name})
    return name


def drop_masters(path: Path, names: frozenset[str]) -> None:
    """Take master keys out of the file; the current one always stays."""
    keys = json.loads(path.read_text(encoding="utf-8"))
    left = {name: key for name, key in keys["masters"].items() if name not in names or name == keys["current"]}
    _replace(path, keys | {"masters": left})


def _replace(path: Path, keys: dict[str, Any]) -> None:
    """Write the file anew beside the old one and put it in its place: a kill or a full disk leaves the old one."""
    owner = path.stat()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
            json.dump(keys, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, must outlive a power cut before any row relies on the new key
    finally:
        os.close(folder)
