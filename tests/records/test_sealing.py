"""What is encrypted opens with its key, in its place, unchanged, and otherwise not at all."""

from __future__ import annotations

import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdscreen.errors import DataError, InputError
from tdscreen.records.master import MasterKey, master_key, read_key_file, write_key_file
from tdscreen.records.sealed_file import HEAD_BYTES, SealedReader, SealedWriter
from tdscreen.records.sealing import TAG_BYTES, new_key, seal, unseal

CHUNK = 64


def write(path: Path, key: bytes, content: bytes, *, context: str = "a file") -> Path:
    with SealedWriter(path, key, context=context, chunk_bytes=CHUNK) as writer:
        writer.write(content)
    return path


def read(path: Path, key: bytes, *, context: str = "a file") -> bytes:
    with SealedReader(path, key, context=context) as reader:
        return reader.read()


def test_what_was_sealed_opens_in_its_own_place_only() -> None:
    key = new_key()
    sealed = seal(key, b"a name", context="row 1")
    assert b"name" not in sealed
    assert unseal(key, sealed, context="row 1") == b"a name"
    for other_key, content, context in (
        (new_key(), sealed, "row 1"),
        (key, sealed, "row 2"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), "row 1"),
        (key, b"", "row 1"),
    ):
        with pytest.raises(DataError, match="does not open"):
            unseal(other_key, content, context=context)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 10 * CHUNK + 7])
def test_a_file_of_any_length_comes_back(tmp_path: Path, size: int) -> None:
    key, content = new_key(), os.urandom(size)
    path = write(tmp_path / "file", key, content)
    assert read(path, key) == content
    pieces = max(-(-size // CHUNK), 1)
    assert path.stat().st_size == HEAD_BYTES + size + pieces * TAG_BYTES
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_first_piece_can_be_written_again_and_no_other(tmp_path: Path) -> None:
    key = new_key()
    with SealedWriter(tmp_path / "file", key, context="a file", chunk_bytes=CHUNK) as writer:
        writer.write(bytes(200))
        writer.seek(10)
        writer.write(b"length")
        writer.seek(100)
        with pytest.raises(io.UnsupportedOperation):
            writer.write(b"too late")
        writer.seek(0, io.SEEK_END)
        writer.write(b"end")
    assert read(tmp_path / "file", key) == bytes(10) + b"length" + bytes(184) + b"end"


@settings(max_examples=50, deadline=None)
@given(start=st.integers(0, 400), length=st.integers(0, 400))
def test_any_part_of_a_file_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int
) -> None:
    key, content = new_key(), os.urandom(333)
    path = write(tmp_path_factory.mktemp("parts") / "file", key, content)
    with SealedReader(path, key, context="a file") as reader:
        reader.seek(start)
        found = b""
        while len(found) < length and (piece := reader.read(length - len(found))):
            found += piece
    assert found == content[start : start + length]


def test_a_large_file_passes_through_little_memory(tmp_path: Path) -> None:
    key, block = new_key(), os.urandom(1 << 18)
    tracemalloc.start()
    with SealedWriter(tmp_path / "file", key, context="a file") as writer:
        for _ in range(128):
            writer.write(block)
    with SealedReader(tmp_path / "file", key, context="a file") as reader:
        reader.check()
        reader.seek(100 * len(block))
        assert reader.read(16) == block[:16]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "file").stat().st_size > 32 * 1024**2
    assert peak < 4 * 1024**2


def test_a_piece_that_was_changed_moved_or_cut_off_is_noticed(tmp_path: Path) -> None:
    key = new_key()
    sealed = write(tmp_path / "file", key, os.urandom(5 * CHUNK)).read_bytes()
    head, body = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]
    piece = CHUNK + TAG_BYTES
    pieces = [body[i : i + piece] for i in range(0, len(body), piece)]
    changed = bytearray(sealed)
    changed[HEAD_BYTES + 2 * piece] ^= 1
    for number, damaged in enumerate(
        (
            bytes(changed),
            head + b"".join([pieces[1], pieces[0], *pieces[2:]]),
            head + b"".join(pieces[:-1]),
            head + b"".join(pieces) + pieces[-1],
            head + b"".join(pieces)[:-1],
            head,
            sealed[:40],
            b"",
        )
    ):
        path = tmp_path / f"damaged {number}"
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="backup"):
            read(path, key)


def test_a_file_that_was_not_finished_does_not_open(tmp_path: Path) -> None:
    key = new_key()
    writer = SealedWriter(tmp_path / "file", key, context="a file", chunk_bytes=CHUNK)
    writer.write(bytes(1000))
    writer.abandon()
    with pytest.raises(DataError):
        read(tmp_path / "file", key)


def test_a_file_in_anothers_place_does_not_open(tmp_path: Path) -> None:
    key = new_key()
    path = write(tmp_path / "file", key, b"mine", context="file 1 of a")
    with pytest.raises(DataError):
        read(path, key, context="file 1 of b")


def test_a_key_file_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = write_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path) == made
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(InputError, match="Others than its owner"):
            read_key_file(path)
    path.chmod(0o600)
    with pytest.raises(InputError, match="already there"):
        write_key_file(path)
    assert read_key_file(path) == made


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_key_file(path)
    os.chown(path, 12345, -1)
    with pytest.raises(InputError, match="another user"):
        read_key_file(path)


def test_the_environment_holds_or_names_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY", raising=False)
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY_FILE", raising=False)
    with pytest.raises(InputError, match="no master key"):
        master_key()
    made = write_key_file(tmp_path / "key")
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "key"))
    assert master_key() == made
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY", (tmp_path / "key").read_text().strip())
    with pytest.raises(InputError, match="Both"):
        master_key()
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY_FILE")
    assert master_key() == made
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY", "too short")
    with pytest.raises(InputError, match="holds no key"):
        master_key()


def test_a_key_wrapped_by_another_master_says_so_and_is_not_shown() -> None:
    one, two = MasterKey(new_key()), MasterKey(new_key())
    wrapped = one.wrap(new_key(), context="patient")
    with pytest.raises(InputError, match="another master key"):
        two.unwrap(wrapped, context="patient")
    assert repr(one) == "MasterKey()"
