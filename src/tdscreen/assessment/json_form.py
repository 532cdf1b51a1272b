"""An assessment as one line of JSON, and back.

The fields of the dataclasses are the fields of the document. A number that is not finite is written as null,
since JSON has no other way.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from collections.abc import Callable, Hashable
from enum import Enum
from importlib import resources
from typing import Any

import numpy as np

from tdscreen.assessment.assessment import SCHEMA_VERSION, Assessment
from tdscreen.errors import DataError
from tdscreen.measurement.clip import ClipMeasurement


def to_dict(assessment: Assessment) -> dict[str, Any]:
    """Turn an assessment into dicts, lists, strings and numbers.

    Parameters
    ----------
    assessment : Assessment

    Returns
    -------
    dict
        As the published schema describes it.
    """
    document: dict[str, Any] = plain(assessment)
    return document


def to_json(assessment: Assessment) -> str:
    """Write an assessment as one line of JSON, numbers to their last digit.

    Parameters
    ----------
    assessment : Assessment

    Returns
    -------
    str
        Without a line break.
    """
    return json.dumps(to_dict(assessment), ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Assessment:
    """Read an assessment back, equal to the one that was written.

    Parameters
    ----------
    text : str

    Returns
    -------
    Assessment

    Raises
    ------
    DataError
        The text is not JSON, or not an assessment of this schema version.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"This is not an assessment in JSON: {error.msg} at character {error.pos}."
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("provenance"), dict):
        raise DataError("This is not an assessment in JSON: it has no provenance.")
    version = document["provenance"].get("schema_version")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"The assessment has schema version {version}, and this version reads {SCHEMA_VERSION}."
        )
    assessment: Assessment = _read(Assessment, document, "assessment")
    return assessment


def measurement_from_dict(document: dict[str, Any]) -> ClipMeasurement:
    """Read one clip's measurement back from what :func:`plain` made of it.

    Parameters
    ----------
    document : dict

    Returns
    -------
    ClipMeasurement

    Raises
    ------
    DataError
        It is not a measurement as this version writes it.
    """
    measurement: ClipMeasurement = _read(ClipMeasurement, document, "clip")
    return measurement


@functools.cache
def _schema_text() -> str:
    """Read the published schema's file."""
    folder = resources.files("tdscreen.assessment") / "schema"
    return (folder / f"assessment-{SCHEMA_VERSION}.json").read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """Return the published JSON Schema (2020-12) of the document.

    Returns
    -------
    dict
        A new one at each call.
    """
    published: dict[str, Any] = json.loads(_schema_text())
    return published


def plain(value: Any) -> Any:
    """Turn dataclasses, enums, tuples and dicts into what JSON knows.

    Parameters
    ----------
    value : dataclass, Enum, tuple, list, dict, number, str, bool or None

    Returns
    -------
    dict, list, number, str, bool or None
        A number that is not finite becomes None.
    """
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind in _AS_IT_IS:
        return value
    if names := _field_names(typing.cast("Hashable", kind)):
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, np.generic):
        return plain(value.item())
    return value


_AS_IT_IS = frozenset({str, int, bool, type(None)})


@functools.cache
def _field_names(kind: Any) -> tuple[str, ...]:
    """Names of a dataclass's fields; none of anything else."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


class _MisfitError(Exception):
    """What of a document does not fit; the place is told on the way out, so that good documents pay nothing for it."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.place = ""


def _read(kind: type, document: dict[str, Any], called: str) -> Any:
    """Make a value of a type from plain JSON, naming the place where it does not fit."""
    try:
        return _reader(typing.cast("Hashable", kind))(document)
    except _MisfitError as misfit:
        raise DataError(f"The assessment's {called}{misfit.place} {misfit.what}.") from misfit


@functools.cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Make what reads one type. An archive has millions of values of few types, each looked into once."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _optional_reader(arguments)
    if origin is tuple:
        return _tuple_reader(arguments)
    if origin is dict:
        return _dict_reader(*arguments)
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(typing.cast("type[Any]", kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_reader(kind)
    if kind is float:
        # A number that was not finite was written as null.
        return lambda value: math.nan if value is None else float(_expect((int, float), value))
    return functools.partial(_expect, kind)


def _optional_reader(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    inner = _reader(next(one for one in arguments if one is not type(None)))
    may_be_none = type(None) in arguments
    return lambda value: None if value is None and may_be_none else inner(value)


def _tuple_reader(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    any_number = arguments[-1] is Ellipsis
    readers = [_reader(one) for one in arguments if one is not Ellipsis]

    def read(value: Any) -> tuple[Any, ...]:
        entries = _expect(list, value)
        each = readers * len(entries) if any_number else readers
        if len(each) != len(entries):
            raise _MisfitError(f"has {len(entries)} entries instead of {len(each)}")
        built = []
        try:
            for reader, entry in zip(each, entries, strict=True):
                built.append(reader(entry))
        except _MisfitError as misfit:
            misfit.place = f"[{len(built)}]{misfit.place}"
            raise
        return tuple(built)

    return read


def _dict_reader(key_kind: Any, kind: Any) -> Callable[[Any], Any]:
    read_key, read_entry = _reader(key_kind), _reader(kind)
    # A dict by regions or items has one entry for each of them.
    needed: set[Any] = set(key_kind) if isinstance(key_kind, type) and issubclass(key_kind, Enum) else set()

    def read(value: Any) -> dict[Any, Any]:
        built = {}
        for key, entry in _expect(dict, value).items():
            name = read_key(key)
            try:
                built[name] = read_entry(entry)
            except _MisfitError as misfit:
                misfit.place = f".{key}{misfit.place}"
                raise
        if missing := needed - set(built):
            raise _MisfitError(f"lacks {', '.join(sorted(missing))}")
        return built

    return read


@functools.cache
def _field_readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    """Make what reads each field of a dataclass."""
    hints = typing.get_type_hints(kind)
    return {name: _reader(hints[name]) for name in _field_names(kind)}


def _dataclass_reader(kind: type[Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        # Asked for only now, since a dataclass may hold another of its own kind.
        readers = _field_readers(typing.cast("Hashable", kind))
        document = _expect(dict, value)
        if document.keys() != readers.keys():
            # A field that is missing, or not one of its own.
            if unknown := sorted(set(document) - set(readers)):
                raise _MisfitError(f"has an unknown field: {', '.join(unknown)}")
            raise _MisfitError(f"lacks a field: {', '.join(sorted(set(readers) - set(document)))}")
        built = {}
        for name, reader in readers.items():
            try:
                built[name] = reader(document[name])
            except _MisfitError as misfit:
                misfit.place = f".{name}{misfit.place}"
                raise
        return kind(**built)

    return read


def _enum_reader(kind: type[Enum]) -> Callable[[Any], Any]:
    members = {member.value: member for member in kind}

    def read(value: Any) -> Enum:
        try:
            return members[value]
        except (KeyError, TypeError):
            raise _MisfitError(f"is {value!r}, which this version does not know") from None

    return read


def _expect(kind: Any, value: Any) -> Any:
    """Return a value of the expected JSON type, or say that it is another."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _MisfitError(f"has the wrong type: {type(value).__name__}")
    return value
