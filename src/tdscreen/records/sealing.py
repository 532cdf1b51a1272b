"""Encrypting short things, and keys with keys.

AES-256 in Galois/Counter Mode, as the package ``cryptography`` has it, with a nonce of 96 random bits (NIST SP
800-38D). What is sealed is bound to a context, the row or file that it belongs to, so that it opens nowhere else.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tdscreen.errors import DataError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


def new_key() -> bytes:
    """Give a new random key of 256 bits."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def seal(key: bytes, plain: bytes, *, context: str) -> bytes:
    """Encrypt, and bind to a context.

    Parameters
    ----------
    key : bytes
        Of 32 bytes.
    plain : bytes
    context : str
        What the sealed bytes belong to; not secret, and not in them.

    Returns
    -------
    bytes
        Nonce, then what was encrypted and its tag: 28 bytes more than ``plain``.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(key: bytes, sealed: bytes, *, context: str) -> bytes:
    """Decrypt what :func:`seal` made with the same key and context.

    Raises
    ------
    DataError
        It was changed, or belongs elsewhere, or the key is another.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise DataError(
            "Something in the clinic's store does not open with its key: it was changed, or comes from another "
            "place. Restore it from a backup."
        ) from error


def derive(key: bytes, purpose: str) -> bytes:
    """Give a key of its own for a purpose (HKDF with SHA-256, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)
