"""Renders the console's pages: one Jinja environment for each language, autoescape always on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.console.indicators import strongest
from api.console.language import DEFAULT, Language, languages, phrase
from api.console.words import (
    ACCOUNT_ROLES,
    CONTACT_KINDS,
    PRESET_REASONS,
    VERDICT_MEANINGS,
    VERDICTS,
)
from records.contact import MASKS

HERE = Path(__file__).parent
#: No inline script or style, nothing from elsewhere, no frame; breaches are reported to ourselves and counted.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "report-uri /console/csp-report"
)
STRENGTH_WORDS: Mapping[str, str] = {
    "strong": phrase("strong sign"),
    "medium": phrase("sign"),
    "weak": phrase("weak sign"),
    "protective": phrase("speaks for the post"),
}


def environment(language: Language, known: Mapping[str, Language]) -> Environment:
    """Return the templates in one language; an unknown name in a template is an error, not a gap."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {
        "language": language,
        "languages": known,
        "static": static_address,
        "account_roles": ACCOUNT_ROLES,
        "contact_kinds": CONTACT_KINDS,
        "masks": MASKS,
        "preset_reasons": PRESET_REASONS,
        "strength_words": STRENGTH_WORDS,
        "strongest": strongest,
        "verdicts": VERDICTS,
        "verdict_meanings": VERDICT_MEANINGS,
        "session": None,
        "here": "",
        "back": "/console/queue",
    }
    return made


class Pages:
    """The console's templates in every language, read once."""

    def __init__(self) -> None:
        self.languages = languages()
        self._environments = {code: environment(one, self.languages) for code, one in self.languages.items()}

    def language(self, code: str | None) -> Language:
        """Return a language by its code, else Vietnamese."""
        return self.languages.get(code or DEFAULT, self.languages[DEFAULT])

    def page(self, template: str, language: Language, status: int = 200, **facts: object) -> HTMLResponse:
        """Render one page."""
        body = self._environments[language.code].get_template(template).render(facts)
        return HTMLResponse(body, status, {"Content-Security-Policy": CONTENT_POLICY})


def _static_files() -> dict[str, str]:
    """Return the static files by name with the beginning of their hash."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted((HERE / "static").iterdir())
        if path.is_file()
    }


STATIC_FILES = _static_files()


def static_address(name: str) -> str:
    """Return the address of a static file; it changes with the file, so that browsers may keep it."""
    return f"/console/static/{name}?v={STATIC_FILES[name]}"
