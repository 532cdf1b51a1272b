"""Model files: where they lie, and how one is opened only if it is the very one that this version expects."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tdscreen.errors import ModelError

RUN_AGAIN = "Install tdscreen again, or put the model that came with this version back."
MAKE_AGAIN = "Name a model that tdscreen train or tdscreen calibrate wrote."


def models_folder() -> Path:
    """Return the folder of model files: in the package when installed from a wheel, else beside ``src``."""
    package = Path(__file__).resolve().parent
    installed = package / "models"
    return installed if installed.is_dir() else package.parents[1] / "models"


def open_model(path: Path, *, sha256: str, own: bool = False, optimised: bool = False) -> Any:
    """Open a model with onnxruntime, on one thread and telemetry off: the same input gives the same digits.

    Parameters
    ----------
    path : Path
    sha256 : str
        The SHA-256 that the file must have.
    own : bool
        The file is the user's own, so that installing tdscreen again would not bring it back.
    optimised : bool
        Let the runtime fuse the graph's steps. Optimisers differ between its versions, in the last digits: for a
        model of pictures whose time counts, not for one whose every digit is shown.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    ModelError
        The file is missing, is another than expected, or cannot be read.
    """
    advice = MAKE_AGAIN if own else RUN_AGAIN
    if not path.is_file():
        raise ModelError(f"The model {path.name} is missing from {path.parent}. {advice}")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(
            f"The model {path.name} is not the one this version expects "
            f"(SHA-256 {found[:12]}... instead of {sha256[:12]}...). {advice}"
        )
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import (
        Fail,
        InvalidArgument,
        InvalidGraph,
        InvalidProtobuf,
    )
    from onnxruntime.capi.onnxruntime_pybind11_state import (
        NotImplemented as OperatorMissing,
    )

    if hasattr(onnxruntime, "disable_telemetry_events"):
        onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimised else level.ORT_DISABLE_ALL
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, OperatorMissing) as error:
        raise ModelError(f"The model {path.name} cannot be read by onnxruntime. {advice}") from error
