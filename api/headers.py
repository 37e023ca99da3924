"""What stands around every answer: the host allow list, security headers, and a word for errors nobody foresaw."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Kind, Problem

log = logging.getLogger("riskscan.api")

#: For every answer; a view that needs more (the console's styles) sets its own policy and keeps it.
DEFAULTS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
TRANSPORT = "max-age=31536000"


class SafeAnswers:
    """Adds the security headers, and answers for errors that no handler knows, without their text.

    It stands outside of everything else, so that not even such an answer goes out bare.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULTS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = TRANSPORT
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as fault:  # the last resort: the server would print the error with all it holds
            trace = secrets.token_hex(8)
            log.error("unforeseen error %s: %s at %s", trace, type(fault).__name__, _places(fault))
            if started:
                raise ConnectionAbortedError(f"the answer broke off, see {trace} in the log") from None
            problem = Problem(Kind.INTERNAL, instance=f"urn:riskscan:trace:{trace}")
            await problem.response()(scope, receive, send_safely)


def _places(fault: Exception) -> str:
    """Return where an error was raised; its message is left out, because it may quote a post."""
    frames = traceback.extract_tb(fault.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


class HostList:
    """Answers only under the host names we were told: others come from rebound names or misled proxies."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app, self._hosts = app, frozenset(host.strip().lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._known(Headers(scope=scope).getlist("host")):
            await Problem(Kind.HOST_REFUSED).response()(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _known(self, named: list[str]) -> bool:
        """Say whether exactly one host is named, and it is one of ours, with any port."""
        return len(named) == 1 and host_name(named[0]) in self._hosts


def host_name(header: str) -> str:
    """Return the host of a Host header in lower case without its port; an IPv6 address keeps its brackets."""
    name, _, port = header.rpartition(":")
    has_port = bool(name) and port.isascii() and port.isdigit()
    return (name if has_port else header).strip().lower()
