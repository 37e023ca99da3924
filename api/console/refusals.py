"""Why the console turns a request away."""

from __future__ import annotations

from records.errors import RiskscanError


class Refusal(RiskscanError):
    """The console does not answer this request; ``draft`` is what the person had typed and must not lose."""

    def __init__(self, message: str, draft: str = "") -> None:
        self.draft = draft
        super().__init__(message)


class NotSignedIn(Refusal):
    """There is no session behind the request, or it has ended."""


class PasswordMustChange(Refusal):
    """The account still has its one-time password."""


class ForeignRequest(Refusal):
    """The request did not come from a page of ours: its token or origin is missing or another's."""


class RoleMayNot(Refusal):
    """The account's role may not do this."""


class UnreadableForm(Refusal):
    """The body is no form of ours: too long, of another type, or not UTF-8."""
