"""What is said of an upload beside its bytes, and the answer to one that is not taken."""

from __future__ import annotations

import base64
import binascii

from tdscreen.errors import InputError


class RefusedError(InputError):
    """An upload that is not taken, with the HTTP status that says so."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


def digest_in(header: str | None) -> bytes | None:
    """Read a header as RFC 9530 has it: ``sha-256=:<base64>:``; None if there is none.

    Raises
    ------
    RefusedError
        It is something else.
    """
    if header is None:
        return None
    try:
        return base64.b64decode(header.removeprefix("sha-256=:").removesuffix(":"), validate=True)
    except binascii.Error as error:
        raise RefusedError(400, "The browser sent a checksum that is none. Try again.") from error
