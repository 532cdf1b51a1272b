"""One direction of flow: no room knows the rooms behind it, and only the named rooms know the heavy libraries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "tdscreen"

ORDER = (
    "common", "video", "geometry", "displacement", "tracking", "keeping", "motion", "measurement", "scoring",
    "assessment", "research", "api", "training", "verification", "validation", "records", "reports", "batch",
    "assessing", "course", "doors",
)  # fmt: skip
COMMON = {
    "errors",
    "files",
    "vocabulary",
    "settings",
    "printing",
    "isolation",
    "confinement",
    "model_file",
    "__init__",
    "__version__",
}
DOORS = {
    "cli",
    "cli_batch",
    "cli_cache",
    "cli_clinic",
    "cli_export",
    "cli_patient",
    "cli_phantom",
    "cli_predictive",
    "cli_reports",
    "cli_train",
    "cli_training",
    "cli_verify",
    "clinicapp",
    "console",
    "patientapp",
    "serving",
    "webapp",
    "__main__",
}
HOLDS_THE_RULER = {"training", "verification", "doors"}
"""Only these rooms know the phantom: a measurement that knew its own ruler would prove nothing."""
UNKNOWN_TO = {
    "mediapipe": {"tracking"},
    "av": {"video", "tracking", "phantom", "records"},
    "onnxruntime": {"common"},
    "onnx": {"scoring", "training"},
    "jax": {"training"},
    "sqlalchemy": {"records"},
    "alembic": {"records"},
    "cryptography": {"records"},
    "typst": {"reports"},
    "fhir": {"reports"},
    "jwt": {"reports"},
    "requests": {"reports"},
    "psycopg": set(),  # SQLAlchemy alone calls it
    "distributed": {"batch"},
    "fsspec": {"batch"},
    "segno": {"doors"},
    "streamlit": {"doors"},
    "starlette": {"doors"},
    "plotly": {"doors"},
    "rich": {"doors"},
    "matplotlib": {"verification", "validation"},
    "reportlab": {"verification", "validation"},
    "sklearn": {"validation"},
    "pandas": {"training", "validation", "doors"},
    "xarray": set(),
    "movement": set(),
    "click": {"doors", "scoring", "training"},  # the makers of the models are commands, too
}
"""Which rooms may import each library; every other room may not."""
NOT_ITS_BUSINESS = {
    "motion": {"tracking", "video", "displacement"},
    "scoring": {"video", "tracking", "geometry"},
    "geometry": {"video"},
    "displacement": {"video"},
}
"""Rooms that could see another by the order, and must not all the same."""


def room_of(module: str) -> str:
    name = module.removeprefix("tdscreen").lstrip(".").split(".")[0] or "__init__"
    return "common" if name in COMMON else "doors" if name in DOORS else name


def imports() -> Iterator[tuple[Path, str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [
                    f"{node.module}.{a.name}" if node.module == "tdscreen" else node.module
                    for a in node.names
                ]
            for name in set(names):
                yield path.relative_to(PACKAGE), room_of("tdscreen." + parts[0]), name


def test_every_import_points_up_the_house() -> None:
    crossings = [(path, room, room_of(name)) for path, room, name in imports() if name.startswith("tdscreen")]
    assert len(crossings) > 100
    wrong = [
        f"{path} ({room}) knows {other}"
        for path, room, other in crossings
        if room != "phantom"
        and (room not in HOLDS_THE_RULER if other == "phantom" else ORDER.index(other) > ORDER.index(room))
    ]
    assert wrong == []


@pytest.mark.parametrize("room", NOT_ITS_BUSINESS)
def test_a_room_knows_no_more_than_it_must(room: str) -> None:
    others = {room_of(name) for _, here, name in imports() if here == room and name.startswith("tdscreen")}
    assert others.isdisjoint(NOT_ITS_BUSINESS[room])


@pytest.mark.parametrize("library", UNKNOWN_TO)
def test_a_library_is_known_only_where_it_is_used(library: str) -> None:
    rooms = {room for _, room, name in imports() if name.split(".")[0] == library}
    assert rooms <= UNKNOWN_TO[library]
