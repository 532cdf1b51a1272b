"""The master key: it comes from the environment or from a file that only its owner can read, and is never stored.

It encrypts other keys and nothing else. A key that it has encrypted ("wrapped") says by which master key that was
done, so that the masters can be changed one key after the other.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from tdscreen.errors import DataError, InputError
from tdscreen.records.sealing import KEY_BYTES, derive, new_key, seal, unseal

KEY_VARIABLE = "TDSCREEN_CLINIC_KEY"
KEY_FILE_VARIABLE = "TDSCREEN_CLINIC_KEY_FILE"
_ID_BYTES = 8


@dataclass(frozen=True)
class MasterKey:
    """A master key.

    Attributes
    ----------
    secret : bytes
        32 bytes; is not shown.
    """

    secret: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Eight bytes that tell this key from others, and tell nothing of it."""
        return derive(self.secret, "tdscreen master key id")[:_ID_BYTES]

    def wrap(self, key: bytes, *, context: str) -> bytes:
        """Encrypt another key, bound to a context."""
        return self.id + seal(self.secret, key, context=context)

    def has_wrapped(self, wrapped: bytes) -> bool:
        """Tell whether this is the key by which another was wrapped."""
        return wrapped[:_ID_BYTES] == self.id

    def unwrap(self, wrapped: bytes, *, context: str) -> bytes:
        """Decrypt a key that :meth:`wrap` encrypted.

        Raises
        ------
        InputError
            It was wrapped by another master key.
        DataError
            It was changed.
        """
        if len(wrapped) <= _ID_BYTES:
            raise DataError("A key in the clinic's store is damaged. Restore the store from a backup.")
        if not self.has_wrapped(wrapped):
            raise InputError(
                "The clinic's store was encrypted with another master key. Give that one; if a change of keys was "
                "cut short, run 'tdscreen clinic rotate' to its end."
            )
        return unseal(self.secret, wrapped[_ID_BYTES:], context=context)


def write_key_file(path: Path) -> MasterKey:
    """Make a new master key and write it to a new file that only its owner can read.

    Raises
    ------
    InputError
        Something is in the way, or nothing may be written there.
    """
    key = MasterKey(new_key())
    try:
        # Without another's eyes from the first moment on, and never over a key that may be the only one.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError(f"{path} is already there, and may be a key. Name another file.") from error
    except OSError as error:
        raise InputError(f"{path} could not be written: {error.strerror or error}.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(key.secret) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key_file(path: Path) -> MasterKey:
    """Read a master key from a file.

    Raises
    ------
    InputError
        There is none, or others than its owner may read or change it, or it holds no key.
    """
    try:
        # The permissions of the file that is read, whatever is put in its place meanwhile.
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            text = file.read(4096)
    except OSError as error:
        raise InputError(f"The key file {path} cannot be read: {error.strerror or error}.") from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"The key file {path} is not an ordinary file.")
    if status.st_mode & 0o077:
        raise InputError(
            f"Others than its owner may read or change the key file {path}. Close it with 'chmod 600', and change the "
            "key with 'tdscreen clinic rotate' if others may have read it."
        )
    if status.st_uid != os.geteuid():
        raise InputError(
            f"The key file {path} belongs to another user. Give it to the one who runs tdscreen."
        )
    return _parse(text, f"The key file {path}")


def master_key() -> MasterKey:
    """Give the master key that the environment holds or names.

    Raises
    ------
    InputError
        None, or two, or one that is no key.
    """
    value, named = os.environ.get(KEY_VARIABLE, ""), os.environ.get(KEY_FILE_VARIABLE, "")
    if value and named:
        raise InputError(f"Both {KEY_VARIABLE} and {KEY_FILE_VARIABLE} are set. Leave one of them.")
    if named:
        return read_key_file(Path(named))
    if value:
        return _parse(value.encode(), f"The environment's {KEY_VARIABLE}")
    raise InputError(
        f"There is no master key. Make one with 'tdscreen clinic key --out FILE', and name the file in "
        f"{KEY_FILE_VARIABLE}."
    )


def _parse(text: bytes, what: str) -> MasterKey:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise InputError(f"{what} holds no key: {KEY_BYTES} bytes in Base64 are needed.")
    return MasterKey(secret)
