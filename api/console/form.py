"""Reads the console's forms, strictly and with a cap."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from api.console.refusals import UnreadableForm
from intake.clean import safe_text

#: Octets. The longest field, a reason of 2,000 letters, takes at most 24,000 when it is percent-encoded.
BODY_CAP = 32_768
FIELDS_CAP = 12
FIELD_LENGTH = 4_000


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form as safe text.

    Raises
    ------
    UnreadableForm
        It is longer than the cap, of another media type, not UTF-8, or names a field twice.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_CAP:
            raise UnreadableForm("the form is too long")
    if body and media != "application/x-www-form-urlencoded":
        raise UnreadableForm("the form has another media type")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict",
            max_num_fields=FIELDS_CAP,
        )  # fmt: skip
    except ValueError as fault:
        raise UnreadableForm("the form cannot be read") from fault
    fields = {name: safe_text(value, cap=FIELD_LENGTH).text for name, value in pairs}
    if len(fields) < len(pairs):
        raise UnreadableForm("the form names a field twice")
    return fields
