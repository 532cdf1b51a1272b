"""Who is asking: the person of this machine, or whoever signed in with the clinic's OpenID Connect provider."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st
from starlette.requests import Request
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tdscreen.clinicapp.service import service
from tdscreen.errors import InputError
from tdscreen.records.clinic import Desk
from tdscreen.settings import CLINIC_PAGES

_SIGN_IN = "Sign in first."


def desk_of_page() -> Desk:
    """Give the desk of whoever looks at the page that is being drawn.

    It is looked up in the store each time: who was taken off the staff is nobody from then on.

    Raises
    ------
    InputError
        Nobody is signed in, or nobody of the staff.
    """
    person = service().person
    if person is not None:
        return service().clinic.desk(person)
    return _desk_of(st.user.to_dict() if st.user.is_logged_in else {})


def desk_of_request(request: Request) -> Desk:
    """Give the desk of whoever asks at a route, by the cookie that Streamlit signed.

    Raises
    ------
    InputError
        Nobody is signed in, or nobody of the staff.
    """
    person = service().person
    if person is not None:
        return service().clinic.desk(person)
    secret = get_cookie_secret()

    def signed(name: str) -> bytes | None:
        value = request.cookies.get(name)
        return (
            None if value is None else decode_signed_value(secret, name, value.encode("latin-1", "replace"))
        )

    said = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    return _desk_of(json.loads(said) if said else {})


def is_signed_in() -> bool:
    """Tell whether somebody has signed in for this page, of the staff or not; on one's own machine nobody has to."""
    return service().person is not None or bool(st.user.is_logged_in)


def _desk_of(claims: Mapping[str, Any]) -> Desk:
    """Give the desk of whom a provider vouched for.

    An e-mail address counts only if the provider says that it has verified it.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not issuer or not subject:
        raise InputError(_SIGN_IN)
    if claims.get("iat", 0) + CLINIC_PAGES.sign_in_s < time.time():
        raise InputError("You signed in long ago. Sign out, and in again.")
    clinic = service().clinic
    email = claims.get("email")
    try:
        return clinic.desk_for_login(str(issuer), str(subject))
    except InputError:
        if not email or claims.get("email_verified") is not True:
            raise
    return clinic.desk_for_login(str(issuer), str(email))
