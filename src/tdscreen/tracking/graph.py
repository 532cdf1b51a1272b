"""MediaPipe's graphs for faces and hands, with a switch: new ones are looked for in the pictures in which we say so.

As they come, the detector that looks through the whole picture runs in every picture in which fewer faces or hands are
followed than there may be, which is nearly always; for hands it takes longer than to follow one. What is followed is
followed as before, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class SearchingGraph:
    """One of the wheel's graphs that follow something from picture to picture.

    Parameters
    ----------
    name : str
        Of the graph's file, from the wheel's folder on.
    searched : str
        The stream of pictures that its detector looks through.
    side_inputs : dict
    calculator_params : dict
        As ``mediapipe.solutions`` states them.
    outputs : sequence of str
        Streams that are read.
    """

    def __init__(
        self,
        name: str,
        *,
        searched: str,
        side_inputs: Mapping[str, Any],
        calculator_params: Mapping[str, Any],
        outputs: Sequence[str],
    ) -> None:
        # Heavy, so imported where it is needed.
        from mediapipe.python.solution_base import PacketDataType, SolutionBase

        # Registers the options that the graphs carry.
        from mediapipe.python.solutions import face_mesh, hands  # noqa: F401

        self._solution = SolutionBase(
            graph_config=_with_switch(name, searched),
            side_inputs=side_inputs,
            calculator_params=calculator_params,
            outputs=list(outputs),
            stream_type_hints={"search": PacketDataType.BOOL},
        )

    def process(self, rgb: NDArray[np.uint8], *, search: bool = True) -> Any:
        """Look at the next picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
            Writeable: MediaPipe copies such a picture. One that is read-only it would share, and let go of in threads
            of its own without the interpreter's lock, which other threads of ours do not survive.
        search : bool
            Look for what is not followed yet, too.

        Returns
        -------
        object
            With an attribute for each of ``outputs``: a list, or None.
        """
        if not rgb.flags.writeable:
            rgb = rgb.copy()
        return self._solution.process({"image": rgb, "search": search})

    def reset(self) -> None:
        """Forget what was followed."""
        self._solution.reset()

    def close(self) -> None:
        """Let go of the models."""
        self._solution.close()


def _with_switch(name: str, searched: str) -> Any:
    """Read a graph of the wheel, and put a gate before that which guards its detector."""
    import mediapipe
    from mediapipe.framework.calculator_pb2 import CalculatorGraphConfig

    graph = CalculatorGraphConfig()
    graph.ParseFromString((Path(mediapipe.__file__).parent / name).read_bytes())
    # A graph with a type is taken for a part of others.
    graph.ClearField("type")
    (guard,) = (node for node in graph.node if searched in node.output_stream)
    guard.input_stream[list(guard.input_stream).index("image")] = "image_when_searching"
    graph.node.add(
        calculator="GateCalculator",
        input_stream=["image", "ALLOW:search"],
        output_stream=["image_when_searching"],
    )
    graph.input_stream.append("SEARCH:search")
    return graph


class Search:
    """When to look for what is not followed yet.

    In every picture for a while after the number of those followed has changed, as at a clip's beginning and where one
    is lost; else so often that whoever comes in is found in time.

    Parameters
    ----------
    every_s : float
        Longest time from one search to the next, unless pictures themselves are farther apart.
    moving_s : float
        The same while something moves that may have come in.
    on_s : float
        In every picture for so long after a change of number.
    """

    def __init__(self, *, every_s: float, moving_s: float, on_s: float) -> None:
        self._every_s = every_s
        self._moving_s = moving_s
        self._on_s = on_s
        self._count: int | None = None
        self._changed_s = self._searched_s = self._last_s = -np.inf

    @property
    def follows(self) -> bool:
        """Whether any was followed in the last picture."""
        return bool(self._count)

    def is_due(self, time_s: float, *, moving: bool = False) -> bool:
        """Say whether to search in the picture of this time; to be asked once for each, in their order."""
        # The next picture comes about as long after this one as this one came after the last.
        step_s = time_s - self._last_s
        self._last_s = time_s
        due = (
            self._count is None
            or time_s - self._changed_s < self._on_s
            or time_s - self._searched_s + step_s > (self._moving_s if moving else self._every_s) + 1e-9
        )
        if due:
            self._searched_s = time_s
        return due

    def saw(self, count: int, time_s: float) -> None:
        """Take note of how many are followed in the picture of this time."""
        if count != self._count:
            self._count, self._changed_s = count, time_s
