"""词汇: a page of what the words on the screens mean."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.desk import SignedIn
from hub.console.meanings import GROUPS, MEANINGS

router: Final = APIRouter()


@router.get("/terms")
def terms(request: Request, desk: SignedIn) -> Response:
    """Show what the words mean, the codes of the log beside them."""
    return frame.page(request, desk, "terms.html", groups=GROUPS, meanings=MEANINGS)
