"""Adds the review console's pages to the application."""

from __future__ import annotations

from fastapi import FastAPI

from api.settings import ApiSettings


def include_console(app: FastAPI, settings: ApiSettings) -> None:
    """Add the console's routes, and how an error looks on a page (``app.state.problem_page``)."""
