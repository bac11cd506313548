"""Saved views: keeping the address of a page with its filters under a name, for oneself or for all of one's role."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.console import frame
from hub.console.desk import Desk, Forbidden, Posted, Reader
from hub.console.pages import PAGES
from hub.console.words import msg
from hub.schemas.personal import has_personal_data, plain
from hub.store import people, views
from hub.store.views import View

router: Final = APIRouter()


@router.post("/views")
def save(request: Request, desk: Reader, form: Posted) -> Response:
    """Keep an address, and go back to it."""
    name, address = str(form.get("name", "")).strip(), str(form.get("back", ""))
    _require_page(desk, address)
    wrong = _wrong(name, address)
    if not wrong:
        view = View(desk.account.login, name, address, form.get("shared") == "on")
        with people.writing(desk.console.engine) as sql:
            if not views.save_view(sql, desk.account, view):
                wrong = msg("您保存的视图已满 30 个，请先删去不用的。")
    if wrong:
        answer = frame.page(request, desk, "wrong.html", title=msg("视图没有保存"), text=wrong)
        answer.status_code = 422
        return answer
    return RedirectResponse(address, 303)


@router.post("/views/forget")
def forget(desk: Reader, form: Posted) -> Response:
    """Remove an own view, and go back."""
    address = str(form.get("back", ""))
    _require_page(desk, address)
    with people.writing(desk.console.engine) as sql:
        views.forget_view(sql, desk.account, str(form.get("name", "")))
    return RedirectResponse(address, 303)


def _require_page(desk: Desk, address: str) -> None:
    """Refuse an address that is no page of this console which the reader may open."""
    parts = urlsplit(address)
    page = PAGES.get(parts.path)
    if parts.scheme or parts.netloc or page is None or not desk.may(page):
        raise Forbidden


def _wrong(name: str, address: str) -> str:
    if not 0 < len(name) <= views.NAME_MAX or len(address) > views.ADDRESS_MAX:
        return msg("视图的名称须为 1 至 40 个字，条件不能过长。")
    if has_personal_data(plain(name)) or has_personal_data(plain(unquote_plus(address))):
        return msg("名称或条件里有个人信息，没有保存。")
    return ""
