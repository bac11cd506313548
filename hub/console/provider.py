"""The city's own sign-in (OpenID Connect, code flow with PKCE): asks who somebody is, and believes only a sound answer.

The provider proves which account it is and tells its claims; what they stand for is the hub's own file (`grants`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from hub.console.grants import Grants, read_grants
from hub.policies.models import Policy
from hub.settings import Settings

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
WITHIN_S: Final = 5.0
KNOWN_FOR_S: Final = 300.0
"""A provider changes its keys now and then; this long an answer under a new one is not believed."""

BACK_WITHIN_S: Final = 600
LEEWAY_S: Final = 60
"""How far the provider's clock may be off."""


class ProviderAway(Exception):
    """The provider does not answer, or not as one does."""


class NotProved(Exception):
    """What came back does not prove who it is; the text says why, for the log alone."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One way to the provider and back: what must come back, and where the reader wanted to go."""

    state: str
    nonce: str
    verifier: str
    to: str
    until_s: int


class Proof(NamedTuple):
    """Who came back: the login and every claim that the provider signed, and where the reader wanted to go."""

    login: str
    claims: Mapping[str, Any]
    to: str


class Provider:
    """One OpenID provider. Its addresses and keys are asked for when first needed, and anew after a while."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, claim: str, grants: Grants | None = None
    ) -> None:
        self.grants = grants
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._secret = client_secret
        self._claim = claim
        self._known: tuple[float, dict[str, Any], KeySet] | None = None

    def leave(self, redirect: str, to: str) -> tuple[str, str]:
        """Give the provider's address for a browser, and the cookie that it brings back. Raises `ProviderAway`."""
        addresses, _ = self._learnt()
        errand = Errand(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            to,
            int(time.time()) + BACK_WITHIN_S,
        )
        address, _ = self._session(redirect).create_authorization_url(
            addresses["authorization_endpoint"],
            state=errand.state,
            nonce=errand.nonce,
            code_verifier=errand.verifier,
        )
        return str(address), self._sealed(errand)

    def returned(self, redirect: str, cookie: str, state: str, code: str) -> Proof:
        """Give who the provider proves it is; raises `NotProved` or `ProviderAway`."""
        errand = self._opened(cookie)
        if not state or not hmac.compare_digest(errand.state, state):
            raise NotProved("another state than the one sent out")
        addresses, keys = self._learnt()
        try:
            token = self._session(redirect).fetch_token(
                addresses["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=errand.verifier,
            )
        except RequestException as error:
            raise ProviderAway(type(error).__name__) from error
        except (AuthlibBaseError, ValueError) as error:
            raise NotProved(f"no token: {error}") from error
        return self._proved(str(token.get("id_token", "")), errand, keys)

    def _proved(self, id_token: str, errand: Errand, keys: KeySet) -> Proof:
        try:
            decoded = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": errand.nonce, "client_id": self._client_id},
            )
            claims.validate(int(time.time()), LEEWAY_S)
        except (JoseError, AuthlibBaseError, ValueError) as error:
            raise NotProved(f"id token: {error}") from error
        login = claims.get(self._claim)
        if not isinstance(login, str) or not login:
            raise NotProved(f"no claim {self._claim}")
        return Proof(login.lower(), claims, errand.to)

    def _learnt(self) -> tuple[dict[str, Any], KeySet]:
        if self._known is None or time.monotonic() - self._known[0] > KNOWN_FOR_S:
            with OAuth2Session() as session:
                try:
                    found = session.request(
                        "GET",
                        f"{self._issuer}/.well-known/openid-configuration",
                        withhold_token=True,
                        timeout=WITHIN_S,
                    ).json()
                    if found["issuer"].rstrip("/") != self._issuer:
                        raise ProviderAway("it calls itself by another issuer")
                    keys = session.request("GET", found["jwks_uri"], withhold_token=True, timeout=WITHIN_S)
                    self._known = (time.monotonic(), found, KeySet.import_key_set(keys.json()))
                except (
                    RequestException,
                    JoseError,
                    ValueError,
                    KeyError,
                    TypeError,
                    AttributeError,
                ) as error:
                    raise ProviderAway(type(error).__name__) from error
        return self._known[1], self._known[2]

    def _session(self, redirect: str) -> OAuth2Session:
        return OAuth2Session(
            self._client_id,
            self._secret,
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
            default_timeout=WITHIN_S,
        )

    def _sealed(self, errand: Errand) -> str:
        """Write an errand as a cookie that only this console can have written."""
        text = base64.urlsafe_b64encode(
            json.dumps([errand.state, errand.nonce, errand.verifier, errand.to, errand.until_s]).encode()
        ).decode()
        return f"{text}.{self._seal(text)}"

    def _opened(self, cookie: str) -> Errand:
        text, _, seal = cookie.rpartition(".")
        if not text or not hmac.compare_digest(self._seal(text), seal):
            raise NotProved("no errand of this console")
        errand = Errand(*json.loads(base64.urlsafe_b64decode(text)))
        if errand.until_s < time.time():
            raise NotProved("came back too late")
        return errand

    def _seal(self, text: str) -> str:
        return hmac.new(b"hub errand " + self._secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def provider_of(settings: Settings, policies: Mapping[str, Policy]) -> Provider | None:
    """Give the provider that the settings name; None where people sign in with the hub's passwords alone.

    Raises `BadSetting` for grants that do not fit the cities.
    """
    if not settings.oidc_issuer:
        return None
    grants = read_grants(settings.oidc_grants, policies) if settings.oidc_grants else None
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_claim,
        grants,
    )
