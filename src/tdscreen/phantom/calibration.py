"""Millimetres for each person: how far a control must be driven so that a true signal moves by a stated length."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from tdscreen.errors import InputError
from tdscreen.phantom.channels import Channel, pose_of
from tdscreen.phantom.pose import HandPlace, Pose
from tdscreen.phantom.true_signals import face_signals, finger_paths
from tdscreen.vocabulary import Side

FloatArray = NDArray[np.float64]
Marks = Mapping[str, FloatArray]

_STEPS = 16


class Calibration:
    """Turns levels in mm into controls, for one person.

    Parameters
    ----------
    marks_of : callable
        Gives the marks of a pose, each of shape (3,) in mm: the method ``marks`` of a body.
    left, right : HandPlace
        Where the hands are, since a hand out of view has no marks.
    """

    def __init__(self, marks_of: Callable[[Pose], Marks], *, left: HandPlace, right: HandPlace) -> None:
        self._marks_of = marks_of
        self._places = {"left": left, "right": right}
        self._curves: dict[int, tuple[FloatArray, FloatArray]] = {}

    def rest_level(self, channel: Channel) -> float:
        """Give the level at rest: 0 but for a channel whose level is absolute."""
        if not channel.absolute:
            return 0.0
        levels, drives = self._curve(channel)
        return float(levels[np.flatnonzero(drives == 0.0)[0]])

    def reach(self, channel: Channel) -> tuple[float, float]:
        """Give the lowest and the highest level that this person's part can take."""
        if channel.signal is None:
            return (-channel.most if channel.negative else 0.0), channel.most
        levels, _ = self._curve(channel)
        return float(levels[0]), float(levels[-1])

    def controls(self, channel: Channel, levels: FloatArray, *, what: str) -> dict[str, FloatArray]:
        """Turn a course of levels into courses of controls.

        Parameters
        ----------
        channel : Channel
        levels : ndarray, shape (n,)
            In the channel's unit, against rest.
        what : str
            The movement's name, for a sentence.

        Returns
        -------
        dict of str to ndarray, shape (n,)

        Raises
        ------
        InputError
            If this person's part does not reach as far.
        """
        low, high = self.reach(channel)
        if levels.max(initial=0.0) > high + 1e-6 or levels.min(initial=0.0) < min(low, 0.0) - 1e-6:
            raise InputError(
                f"This person's {what} reaches from {low:.1f} to {high:.1f} {channel.unit}; "
                f"{levels.min():.1f} to {levels.max():.1f} was asked for."
            )
        drive = levels
        if channel.signal is not None:
            known, drives = self._curve(channel)
            drive = np.asarray(PchipInterpolator(known, drives)(np.clip(levels, known[0], known[-1])))
        out: dict[str, FloatArray] = {}
        for towards, part in (
            (channel.positive, np.maximum(drive, 0)),
            (channel.negative, np.maximum(-drive, 0)),
        ):
            for control, weight in towards.items():
                out[control] = out.get(control, np.zeros_like(drive)) + weight * part
        return out

    def _curve(self, channel: Channel) -> tuple[FloatArray, FloatArray]:
        """Give levels, rising, and what drives the channel there; shape (m,) each."""
        if id(channel) not in self._curves:
            up = np.linspace(0.0, channel.most, _STEPS + 1)
            level = self._levels(channel, channel.positive, up)
            # Some signals fall as the channel is driven (a pucker narrows the mouth): what counts is how far.
            flip = 1.0 if channel.absolute else np.sign(level[-1]) or 1.0
            drives, levels = up, flip * level
            if channel.negative:
                down = self._levels(channel, channel.negative, up)
                # The side whose unit moves the signal up is the positive one.
                drives = np.concatenate([-up[:0:-1], up])
                levels = np.concatenate([down[:0:-1], level])
                if levels[-1] < levels[0]:
                    drives, levels = drives[::-1], levels[::-1]
            rising = np.concatenate([[True], levels[1:] > np.maximum.accumulate(levels)[:-1] + 1e-4])
            self._curves[id(channel)] = levels[rising], drives[rising]
        return self._curves[id(channel)]

    def _levels(self, channel: Channel, towards: Mapping[str, float], drives: FloatArray) -> FloatArray:
        signal = channel.signal or ""
        marks = [
            self._marks_of(
                pose_of(
                    {name: weight * drive for name, weight in towards.items()},
                    left=self._places["left"],
                    right=self._places["right"],
                )
            )
            for drive in drives
        ]
        paths = {name: np.array([one[name] for one in marks]) for name in marks[0]}
        if signal.endswith("_tip"):
            side, finger = Side(signal.split("_")[0]), signal.split(".")[1].removesuffix("_tip")
            if f"{side}_wrist" not in paths:
                raise InputError(f"The {side} hand is out of view and cannot be seen to move.")
            path = finger_paths(paths, side)[finger]
            return np.asarray(np.linalg.norm(path - path[0], axis=1))
        values = face_signals(paths)[signal]
        return values if channel.absolute else values - values[0]
