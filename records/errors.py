"""Every error riskscan raises on purpose, named for what is true, each carrying its facts."""

from __future__ import annotations


class RiskscanError(Exception):
    """Something a user can act on; the message is one clear line that says what to do."""


class ConfigurationError(RiskscanError):
    """A setting, source file or key file cannot be used as it stands."""


class SourceFileError(ConfigurationError):
    """A source file is refused: which file, which key, and what is allowed there."""

    def __init__(self, path: str, key: str, allowed: str) -> None:
        self.path, self.key, self.allowed = path, key, allowed
        super().__init__(f"{path}: {key}: {allowed}")


class ModelError(RiskscanError):
    """A model folder cannot be used: a file is missing, altered, untrusted or too new."""


class SealError(RiskscanError):
    """A sealed value does not open: wrong key, wrong row, erased or altered."""


class DatabaseUnavailable(RiskscanError):
    """The database cannot be reached or refuses us."""


class RowRefused(RiskscanError):
    """A row breaks a rule of the schema; the message names the rule, never the row."""


class RivalInTheWay(RiskscanError):
    """Somebody else held what a transaction needed; nothing of it was stored, and it may be tried again."""


class StaleLease(RiskscanError):
    """The lease on a flag has passed to somebody else or has run out."""


class NotFound(RiskscanError):
    """Nothing with this id exists, or the caller may not know that it does."""


class AlreadyDecided(RiskscanError):
    """The flag is closed; a decision cannot be added to it."""


class ImportRefused(RiskscanError):
    """An import file as a whole cannot be read; nothing of it was stored."""
