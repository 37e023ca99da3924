"""The strict boundary: which query strings and JSON bodies are read at all, before anything looks into them."""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import unquote_to_bytes

from fastapi import Request
from pydantic import AfterValidator, BaseModel, StringConstraints, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Fault, Kind, Problem, is_programs, refusal

BODY_CAP = 256 * 1024
QUERY_CAP = 4096
DEPTH_CAP = 32
DIGITS_CAP = 18  # every whole number of that many digits fits a bigint
HEX = frozenset(b"0123456789abcdefABCDEF")

Model = TypeVar("Model", bound=BaseModel)


def is_safe(text: str) -> bool:
    """Say whether a text can be stored and sent on: no NUL, no lone surrogate."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _safe(text: str) -> str:
    """Pass a safe text on."""
    if not is_safe(text):
        raise ValueError("the text holds a NUL or half of a surrogate pair")
    return text


#: Text from outside as every field takes it; the pattern says so in the OpenAPI document.
SafeStr = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$"), AfterValidator(_safe)]


async def json_body(request: Request, model: type[Model]) -> Model:
    """Read a request's JSON body into a model.

    Raises
    ------
    Problem
        415 for another media type, 413 beyond 256 kB, 400 for what is not strict JSON, 422 for
        fields that do not fit. None of them repeats anything of the body.
    """
    _media_type(request)
    value = strict_json(await _bytes(request))
    try:
        return model.model_validate(value)
    except ValidationError as fault:
        errors = fault.errors(include_url=False, include_context=False, include_input=False)
        problem = refusal([error | {"loc": ("body", *error["loc"])} for error in errors])
    # Raised out here, so that pydantic's error, which holds the input, is not carried along as its context.
    raise problem


def _media_type(request: Request) -> None:
    """Refuse a body that does not call itself plain JSON in UTF-8."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.strip().lower().replace('"', "")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if kind.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"} or encoding != "identity":
        raise Problem(Kind.MEDIA_TYPE_REFUSED, "Send Content-Type: application/json, in UTF-8 and not compressed.")


async def _bytes(request: Request) -> bytes:
    """Read the body as far as the cap."""
    too_large = Problem(Kind.BODY_TOO_LARGE, f"Send at most {BODY_CAP} bytes.", headers={"Connection": "close"})
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit() and len(declared) < DIGITS_CAP) or int(declared) > BODY_CAP:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_CAP:
            raise too_large
    return bytes(body)


def strict_json(raw: bytes) -> Any:
    """Parse JSON: UTF-8, no name twice, finite numbers, whole ones of at most 18 digits, at most 32 levels.

    Raises
    ------
    Problem
        The bytes are not such JSON; it says which rule they break.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
        )
    except (UnicodeDecodeError, json.JSONDecodeError):
        rule = "The body is not JSON in UTF-8."
    except RecursionError:
        rule = "The body is nested too deeply."
    else:
        _walk(value)
        return value
    raise Problem(Kind.BODY_MALFORMED, rule)


def _refuse(rule: str) -> NoReturn:
    raise Problem(Kind.BODY_MALFORMED, rule)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        _refuse("An object holds the same name twice.")
    return members


def _no_constant(_: str) -> NoReturn:
    _refuse("NaN and Infinity are not JSON.")


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS_CAP:
        _refuse("A number is too large.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        _refuse("A number is too large.")
    return number


def _walk(value: Any) -> None:
    """Refuse depth and unsafe text anywhere in a parsed body; a loop, because depth is what is in doubt."""
    level: list[Any] = [value]
    for _ in range(DEPTH_CAP):
        inner: list[Any] = []
        for part in level:
            if isinstance(part, str) and not is_safe(part):
                _refuse("A text holds a NUL or half of a surrogate pair.")
            if isinstance(part, dict):
                inner += [*part.keys(), *part.values()]
            elif isinstance(part, list):
                inner += part
        if not inner:
            return
        level = inner
    _refuse("The body is nested too deeply.")


class StrictQuery:
    """Refuses query strings that are overlong, badly encoded, hold NUL or, for programs, name a parameter twice."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (rule := broken_rule(scope["query_string"], is_programs(scope["path"]))):
            problem = Problem(Kind.PARAMETER_REFUSED, faults=[Fault("query", "query_string", rule)])
            await problem.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def broken_rule(query: bytes, once: bool) -> str | None:
    """Return the rule that a query string breaks, or None; ``once`` forbids a parameter to come twice."""
    if len(query) > QUERY_CAP:
        return f"The query string is longer than {QUERY_CAP} bytes."
    names: set[bytes] = set()
    for pair in query.split(b"&") if query else []:
        if any(len(rest) < 2 or not HEX.issuperset(rest[:2]) for rest in pair.split(b"%")[1:]):
            return "A percent sign is not followed by two hexadecimal digits."
        plain = unquote_to_bytes(pair.replace(b"+", b" "))
        try:
            if not is_safe(plain.decode("utf-8")):
                return "A parameter holds a NUL."
        except UnicodeDecodeError:
            return "A parameter is not UTF-8."
        name = unquote_to_bytes(pair.partition(b"=")[0].replace(b"+", b" "))
        if once and name in names:
            return "A parameter is given twice."
        names.add(name)
    return None
