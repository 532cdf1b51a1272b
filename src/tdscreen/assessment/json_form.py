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
from collections.abc import Hashable
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
    assessment: Assessment = _build(Assessment, document, "assessment")
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
    measurement: ClipMeasurement = _build(ClipMeasurement, document, "clip")
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
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def _build(kind: Any, value: Any, where: str) -> Any:
    """Make a value of a type from plain JSON, naming the place where it does not fit."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        return _build(next(a for a in arguments if a is not type(None)), value, where)
    if origin is tuple:
        entries = _expect(list, value, where)
        types_of = [arguments[0]] * len(entries) if arguments[-1] is Ellipsis else list(arguments)
        if len(types_of) != len(entries):
            raise DataError(
                f"The assessment's {where} has {len(entries)} entries instead of {len(types_of)}."
            )
        return tuple(
            _build(t, entry, f"{where}[{i}]")
            for i, (t, entry) in enumerate(zip(types_of, entries, strict=True))
        )
    if origin is dict:
        built = {
            _build(arguments[0], key, where): _build(arguments[1], entry, f"{where}.{key}")
            for key, entry in _expect(dict, value, where).items()
        }
        # A dict by regions or items has one entry for each of them.
        if issubclass(arguments[0], Enum) and (missing := set(arguments[0]) - set(built)):
            raise DataError(f"The assessment's {where} lacks {', '.join(sorted(missing))}.")
        return built
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(typing.cast("type[Any]", kind), _expect(dict, value, where), where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError as error:
            raise DataError(
                f"The assessment's {where} is {value!r}, which this version does not know."
            ) from error
    if kind is float:
        # A number that was not finite was written as null.
        return math.nan if value is None else float(_expect((int, float), value, where))
    return _expect(kind, value, where)


def _build_dataclass(kind: type[Any], value: dict[str, Any], where: str) -> Any:
    """Make a dataclass, refusing fields that are missing or not its own."""
    hints = _type_hints(typing.cast("Hashable", kind))
    if unknown := sorted(set(value) - set(hints)):
        raise DataError(f"The assessment's {where} has an unknown field: {', '.join(unknown)}.")
    if missing := sorted(set(hints) - set(value)):
        raise DataError(f"The assessment's {where} lacks a field: {', '.join(missing)}.")
    return kind(**{name: _build(hint, value[name], f"{where}.{name}") for name, hint in hints.items()})


@functools.cache
def _type_hints(kind: Hashable) -> dict[str, Any]:
    """Types of a dataclass's fields, by name. To find them takes longer than to read a document."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(typing.cast("type[Any]", kind))}


def _expect(kind: Any, value: Any, where: str) -> Any:
    """Return a value of the expected JSON type, or say where it is another."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DataError(f"The assessment's {where} has the wrong type: {type(value).__name__}.")
    return value
