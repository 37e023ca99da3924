"""The model folder on disk: written so that equal parts give equal bytes, read as the untrusted input it is."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from classifier.parts import Parts
from records.errors import ModelError

FORMAT = 1
MODEL_FILE = "model.skops"
MANIFEST_FILE = "manifest.json"
METRICS_FILE = "metrics.json"
CARD_FILE = "card.md"

#: The only types of ours a model file may hold; arrays, strings and numbers are skops's own business.
TRUSTED = frozenset(
    [
        "classifier.forest.Forest",
        "classifier.heads.DocumentHeads",
        "classifier.logits.Logits",
        "classifier.parts.Parts",
        "classifier.settling.Settled",
        "classifier.stack.Stack",
        "classifier.tagger.Tagger",
        "classifier.views.Vocabulary",
    ]
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MANIFEST_KEYS = frozenset(["format", "model", "sha256", "threshold", "threshold_reason", "positive_share"])


def pack(parts: Parts) -> bytes:
    """Return the skops archive of the parts in canonical form: ids by first appearance, fixed dates, sorted keys."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(parts))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members.pop("schema.json"))
    names: dict[str, str] = {}
    counter = [0]
    _renumber(schema, names, counter)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for old, new in names.items():
            archive.writestr(zipfile.ZipInfo(new, _EPOCH), members[old], zipfile.ZIP_DEFLATED, 9)
        text = json.dumps(schema, sort_keys=True)
        archive.writestr(zipfile.ZipInfo("schema.json", _EPOCH), text, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def _renumber(node: Any, names: dict[str, str], counter: list[int]) -> None:
    """Give every node a number of its own in reading order; skops uses object addresses, which change each time."""
    if isinstance(node, dict):
        if "__id__" in node:
            counter[0] += 1
            node["__id__"] = counter[0]
        if "file" in node and isinstance(node["file"], str):
            node["file"] = names.setdefault(node["file"], f"{len(names)}.npy")
        for key in sorted(node):
            _renumber(node[key], names, counter)
    elif isinstance(node, list):
        for one in node:
            _renumber(one, names, counter)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a model folder.

    Raises
    ------
    ModelError
        When the folder or the manifest is missing, unreadable, incomplete or of a newer format.
    """
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        raise ModelError(f"model folder {folder} does not exist")
    if not path.is_file():
        raise ModelError(f"model folder {folder} has no {MANIFEST_FILE}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ModelError(f"{path} cannot be read: {fault}") from fault
    if not isinstance(manifest, dict):
        raise ModelError(f"{path} is not a JSON object")
    if missing := sorted(_MANIFEST_KEYS - manifest.keys()):
        raise ModelError(f"{path} lacks {', '.join(missing)}")
    if manifest["format"] != FORMAT:
        raise ModelError(
            f"{path} has format {manifest['format']}, this program reads format {FORMAT}: "
            "update riskscan, or train the model again"
        )
    return manifest


def read_parts(folder: Path, manifest: dict[str, Any]) -> Parts:
    """Return the parts in a model folder.

    Raises
    ------
    ModelError
        When the model file is missing, differs from the manifest's SHA-256, or holds a type we do not trust.
    """
    path = folder / MODEL_FILE
    try:
        blob = path.read_bytes()
    except OSError as fault:
        raise ModelError(f"model file {path} is missing or cannot be read: {fault.strerror}") from fault
    if sha256(blob).hexdigest() != manifest["sha256"]:
        raise ModelError(f"model file {path} was altered: its SHA-256 is not the manifest's")
    return unpack(blob, str(path))


def unpack(blob: bytes, name: str) -> Parts:
    """Return the parts in a skops archive; ModelError when it holds anything else."""
    import skops.io

    try:
        unknown = sorted(set(skops.io.get_untrusted_types(data=blob)) - TRUSTED)
        if unknown:
            raise ModelError(f"model file {name} holds types that are not trusted: {', '.join(unknown)}")
        parts = skops.io.loads(blob, trusted=sorted(TRUSTED))
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as fault:
        raise ModelError(f"model file {name} cannot be read: {fault}") from fault
    if not isinstance(parts, Parts):
        raise ModelError(f"model file {name} holds a {type(parts).__name__}, not the parts of a model")
    return parts
