"""The code is clean by the tools that the project names."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["biome", "lint", "--error-on-warnings"],
        pytest.param(["mypy"], marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_the_code_is_clean(arguments: list[str]) -> None:
    # Beside this Python, whether or not its environment is activated.
    program = Path(sysconfig.get_path("scripts")) / arguments[0]
    run = subprocess.run(
        [program, *arguments[1:]], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
