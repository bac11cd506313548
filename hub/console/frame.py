"""Putting a page into its frame: navigation, breadcrumb, search, light, language and user; or showing what is wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.console.assets import stamped
from hub.console.desk import Desk, language, theme
from hub.console.pages import HOME, NARROWED, PAGES, ROLE_WORDS, RUNNING, WORK
from hub.console.parts import console_of
from hub.console.show import Show
from hub.console.words import Words
from hub.store.screens import flow
from hub.store.views import views_of

TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["asset"] = stamped
TEMPLATES.globals["narrowed_pages"] = NARROWED
TEMPLATES.filters["iso_ms"] = lambda at: int(datetime.fromisoformat(at).timestamp() * 1000)
TEMPLATES.filters["at_ms"] = lambda said: int(datetime.fromisoformat(said["at"]).timestamp() * 1000)
TEMPLATES.filters["agency_name"] = lambda code, names: names.agency(code)
TEMPLATES.filters["category_name"] = lambda code, names: names.category(code)
TEMPLATES.filters["place_name"] = lambda code, names: names.place(code)


def page(request: Request, desk: Desk, template: str, /, **values: Any) -> Response:  # noqa: ANN401 - any value shows
    """Render a page in its frame; a request that htmx made for a part of it gets the same page and takes its part."""
    return HTMLResponse(render(request, desk, template, **values))


def render(request: Request, desk: Desk, template: str, /, **values: Any) -> str:  # noqa: ANN401 - any value shows
    """Give a template's text with the frame's values."""
    with desk.console.engine.connect() as sql:
        seq = flow.counters(sql, desk.whole)["said"]
        saved = views_of(sql, desk.account)
    return TEMPLATES.get_template(template).render(
        _=desk.words,
        show=Show(desk),
        names=desk.names,
        desk=desk,
        lang=desk.lang,
        theme=desk.theme,
        csrf=desk.csrf,
        path=request.url.path,
        query=request.url.query,
        seq=seq,
        saved=[view for view in saved if (kept := PAGES.get(view.address.split("?")[0])) and desk.may(kept)],
        savable=request.url.path in PAGES,
        work=[entry for entry in WORK if desk.may(entry)],
        running=[entry for entry in RUNNING if desk.may(entry)],
        crumbs=_crumbs(desk),
        home=HOME[desk.account.role],
        role=ROLE_WORDS[desk.account.role],
        **values,
    )


def bare(request: Request, template: str, status: int = 200, /, **values: Any) -> Response:  # noqa: ANN401
    """Render a page without a frame, for somebody who is not signed in."""
    words: Words = console_of(request).words(language(request))
    text = TEMPLATES.get_template(template).render(
        _=words, lang=words.lang, theme=theme(request), path=request.url.path, **values
    )
    return HTMLResponse(text, status)


def _crumbs(desk: Desk) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Give the way from the reader's own territory to where the page looks: code, name, and what lies right below."""
    names = desk.names
    codes = [desk.base, *names.path(desk.here, below=desk.base)] if desk.here != desk.base else [desk.base]
    if desk.base == names.root and desk.here != names.root:
        codes = [names.root, *names.path(desk.here)]
    return [
        (
            "" if code == desk.base else code,
            names.city if code == names.root else names.place(code),
            [(child, names.place(child)) for child in names.children.get(code, [])],
        )
        for code in codes
    ]
