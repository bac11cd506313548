"""Who is asking: the account behind the session, its language, and the rows of its scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import FormData

from hub.console.names import Names
from hub.console.pages import PAGES, Page
from hub.console.parts import Console, console_of
from hub.console.words import Words
from hub.policies.models import Policy
from hub.schemas.reasons import Lang
from hub.store import people, pulse, trail
from hub.store.people import Account
from hub.store.screens.index import Index
from hub.store.screens.scope import Scope, subtree

SESSION_COOKIE: Final = "hub_session"
LANG_COOKIE: Final = "hub_lang"
THEME_COOKIE: Final = "hub_theme"
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf"
CHANGE_PASSWORD: Final = "/account"  # noqa: S105 - a path


class SignInNeeded(Exception):
    """Nobody is signed in, or the session has ended."""


class PasswordChangeNeeded(Exception):
    """The password was given by somebody else and must be changed first."""


class Forbidden(Exception):
    """The account's role may not do this."""


class NotFound(Exception):
    """There is no such thing, or not in the reader's scope; which of the two is not told."""


class FormStale(Exception):
    """A form came without the token of this session: from an old page, or from somewhere else."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's reader. `at` is the place that the page is narrowed to, "" for all of the reader's territory.

    `past_ms` is the log's clock while history is brought in, None in a city that lives.
    """

    console: Console
    account: Account
    token: str
    policy: Policy
    names: Names
    words: Words
    theme: str
    at: str
    wall_ms: int
    past_ms: int | None

    @property
    def now_ms(self) -> int:
        """The time by which a page counts: in the middle of history a promise of last spring is not overdue yet."""
        return self.wall_ms if self.past_ms is None else self.past_ms

    @property
    def lang(self) -> Lang:
        """The reader's language."""
        return self.words.lang

    @property
    def scope(self) -> Scope:
        """The rows this reader may see, narrowed to where the page looks."""
        return self.whole.narrowed(subtree(self.policy, self.at) if self.at else None)

    @property
    def whole(self) -> Scope:
        """All rows this reader may see."""
        territory = self.account.territory
        places = subtree(self.policy, territory) if territory else frozenset()
        return Scope(self.policy.jurisdiction, places, self.account.agency)

    @property
    def index(self) -> Index:
        """The register of the city in memory."""
        return self.console.index(self.policy.jurisdiction)

    @property
    def base(self) -> str:
        """The place the reader's territory starts at."""
        return self.account.territory or self.names.root

    @property
    def here(self) -> str:
        """The place the page looks at."""
        return self.at or self.base

    @property
    def csrf(self) -> str:
        """What forms of this session carry."""
        return people.digest(f"csrf:{self.token}")[:32]

    def may(self, page: Page) -> bool:
        """Whether the reader's role may open a page."""
        return self.account.role in page.roles

    def note(self, act: trail.Act, thing: str = "", detail: str = "", outcome: str = "") -> None:
        """Write into the trail what the reader did."""
        trail.record(self.console.engine, self.did(act, thing, detail, outcome))

    def did(self, act: trail.Act, thing: str, detail: str, outcome: str) -> trail.Entry:
        """Give what the reader did, as the trail has it."""
        return trail.Entry(
            self.wall_ms, self.account.login, self.policy.jurisdiction, act, thing, detail, outcome
        )


def language(request: Request) -> Lang:
    """The language the browser asks for by its cookie; Chinese when it says nothing."""
    return "en" if request.cookies.get(LANG_COOKIE) == "en" else "zh"


def theme(request: Request) -> str:
    """Light, or dark where the cookie says so."""
    return "dark" if request.cookies.get(THEME_COOKIE) == "dark" else "light"


def signed_in(request: Request) -> Desk:
    """Give the reader; raises `SignInNeeded` when nobody is signed in."""
    console = console_of(request)
    token = request.cookies.get(SESSION_COOKIE, "")
    wall_ms = console.now_ms()
    with console.engine.connect() as sql:
        found = people.session_account(sql, token, wall_ms) if token else None
        past_ms = None if found is None else pulse.past_ms(sql, found[0].jurisdiction)
    if found is None:
        raise SignInNeeded
    account, stale = found
    policy = console.policies.get(account.jurisdiction)
    if policy is None:
        raise SignInNeeded
    if stale:
        with people.writing(console.engine) as sql:
            people.mark_seen(sql, token, wall_ms)
    lang = language(request)
    at = request.query_params.get("at", "")
    if at not in policy.places:
        at = ""
    return Desk(
        console,
        account,
        token,
        policy,
        console.names(policy, lang),
        console.words(lang),
        theme(request),
        at,
        wall_ms,
        past_ms,
    )


def reader(request: Request) -> Desk:
    """Give the reader of a page that its role may open; views of restricted pages go into the trail."""
    desk = signed_in(request)
    if desk.account.must_change:
        raise PasswordChangeNeeded
    page = PAGES.get("/" + request.url.path.split("/")[1])
    if page is not None and not desk.may(page):
        desk.note(trail.Act.DENIED, request.url.path)
        raise Forbidden
    if page is not None and page.restricted:
        desk.note(trail.Act.VIEWED, request.url.path, request.url.query)
    return desk


async def form_of(request: Request) -> FormData:
    """Give a posted form that carries its session's token; raises `FormStale` for any other."""
    form = await request.form()
    token = request.cookies.get(SESSION_COOKIE, "")
    given = request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD)
    if not token or given != people.digest(f"csrf:{token}")[:32]:
        raise FormStale
    return form


Reader = Annotated[Desk, Depends(reader)]
SignedIn = Annotated[Desk, Depends(signed_in)]
Posted = Annotated[FormData, Depends(form_of)]
