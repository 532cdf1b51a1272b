"""How well measured agrees with true: pure functions on plain arrays, with an interval for everything.

Several clips of one person are not independent. Where a figure is made of many persons, its interval comes from
drawing whole persons again (the cluster bootstrap); a percentage carries Wilson's interval and its number of clips.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr
from scipy.stats import norm

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]
Interval = tuple[float, float]

LEVEL = 0.95
"""Of every interval on the card."""
_DRAWS = 400
_SEED = 20250
"""Of the bootstrap: the same results give the same card to the last digit."""


@dataclass(frozen=True)
class Line:
    """A straight line through measured against true.

    Attributes
    ----------
    slope, intercept : float
        Of the least-squares line.
    r_squared : float
        Share of the variance of the measured that the line explains.
    gain : float
        Slope of the line through the origin.
    """

    slope: float
    intercept: float
    r_squared: float
    gain: float


def wilson_interval(share: float, n: float) -> Interval:
    """95% interval of a share that need not be a count of so many (Wilson 1927).

    Parameters
    ----------
    share : float
        From 0 to 1.
    n : float
        Independent measurements that it is worth.
    """
    z = float(norm.ppf(0.5 + LEVEL / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def fit_line(true: Floats, measured: Floats) -> Line:
    """Fit measured against true by least squares.

    Parameters
    ----------
    true, measured : ndarray, shape (n,)
        At least three, not all of one true size.

    Returns
    -------
    Line

    Raises
    ------
    ValueError
        There are fewer than three values, or all true values are one.
    """
    if len(true) < 3 or np.ptp(true) == 0:
        raise ValueError("A line needs three values or more, of different true sizes.")
    slope, intercept = np.polyfit(true, measured, 1)
    left = measured - (slope * true + intercept)
    spread = float(((measured - measured.mean()) ** 2).sum())
    r_squared = 1.0 - float((left**2).sum()) / spread if spread > 0 else 0.0
    return Line(float(slope), float(intercept), r_squared, gain_of(true, measured))


def gain_of(true: Floats, measured: Floats) -> float:
    """Slope of measured against true through the origin.

    Parameters
    ----------
    true, measured : ndarray, shape (n,)
    """
    return float((true * measured).sum() / (true**2).sum())


@dataclass(frozen=True)
class DetectionCurve:
    """How the chance to be told from stillness grows with the true size.

    Attributes
    ----------
    limit : float
        Size told from none with a chance of 95%, in the unit of the sizes.
    median : float
        Size told with a chance of one half.
    spread : float
        Standard deviation of the threshold, in natural logarithms of size.
    """

    limit: float
    median: float
    spread: float


class DetectionFit:
    """Fits the chance of being found by a probit curve in the logarithm of the size (CLSI EP17-A2, 2012).

    The limit of detection of a laboratory method is found in this way. The most likely curve is searched for on a fixed
    grid, since sizes that part perfectly into found and missed have no finite best one; the spread is then small, and
    the limit lies between the largest missed and the smallest found.

    Parameters
    ----------
    sizes : ndarray, shape (n,)
        True sizes, above zero.
    found : ndarray, shape (n,), bool
    """

    def __init__(self, sizes: Floats, found: Bools) -> None:
        x = np.log(sizes)
        self._found = found
        self.all_found = bool(found.all())
        medians = np.linspace(x.min() - 0.5, x.max() + 0.5, 161)
        spreads = np.geomspace(0.08, 1.5, 16)
        self._medians, self._spreads = (grid.ravel() for grid in np.meshgrid(medians, spreads, indexing="ij"))
        z = (x[:, None] - self._medians) / self._spreads
        self._likelihood = np.where(found[:, None], log_ndtr(z), log_ndtr(-z))

    def curve(self, drawn: Indices | None = None, *, chance: float = 0.95) -> DetectionCurve | None:
        """Return the most likely curve of all sizes, or of those drawn.

        Parameters
        ----------
        drawn : ndarray of int, optional
        chance : float
            At which the limit is read.

        Returns
        -------
        DetectionCurve or None
            None if all were found or all were missed: the limit then lies outside of the sizes tried.
        """
        found = self._found if drawn is None else self._found[drawn]
        if found.all() or not found.any():
            return None
        likelihood = (self._likelihood if drawn is None else self._likelihood[drawn]).sum(axis=0)
        # Of curves as likely as each other, the middle one: there is a whole plateau where sizes part perfectly.
        best = likelihood >= likelihood.max() - 1e-6
        median, spread = float(self._medians[best].mean()), float(self._spreads[best].mean())
        return DetectionCurve(math.exp(median + float(norm.ppf(chance)) * spread), math.exp(median), spread)


def bootstrap_interval(
    persons: Sequence[int],
    statistic: Callable[[Indices], float | None],
    *,
    level: float = LEVEL,
    draws: int = _DRAWS,
) -> Interval | None:
    """Interval of a statistic by drawing whole persons again (cluster bootstrap; Field and Welsh 2007).

    Parameters
    ----------
    persons : sequence of int, length n
        Whose each row is.
    statistic : callable
        Gets the indices of the rows drawn; None where it cannot be told from them.
    level : float
    draws : int

    Returns
    -------
    (float, float) or None
        None for fewer than three persons, or where most draws tell nothing.
    """
    whose = np.asarray(persons)
    names = np.unique(whose)
    if len(names) < 3:
        return None
    rows = [np.flatnonzero(whose == name) for name in names]
    random = np.random.default_rng(_SEED)
    values = []
    for _ in range(draws):
        drawn = random.integers(len(names), size=len(names))
        value = statistic(np.concatenate([rows[i] for i in drawn]))
        if value is not None and math.isfinite(value):
            values.append(value)
    if len(values) < draws / 2:
        return None
    low, high = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


@dataclass(frozen=True)
class Spread:
    """By how much groups differ.

    Attributes
    ----------
    value : float
        Largest less smallest of the groups' means, evened out for what each was shown.
    by_chance : float
        95th percentile of the same when persons are dealt to the groups at random: what numbers as small as these
        bring about without any difference.
    means : dict of str to float
    counts : dict of str to int
        Rows in each group.
    """

    value: float
    by_chance: float
    means: dict[str, float]
    counts: dict[str, int]


def spread_between(
    groups: Sequence[str],
    persons: Sequence[int],
    values: Floats,
    *,
    shown: Sequence[tuple[str, ...]] = (),
    draws: int = _DRAWS,
) -> Spread | None:
    """Compare groups of persons, what each was shown parted from who they are.

    ``value = group + one term for each thing shown`` by least squares, as :func:`gain_by_rate` does: a group is then
    not blamed for the movements that it happened to be given, and loses nothing of its own to them.

    Parameters
    ----------
    groups : sequence of str, length n
        One a row; a person belongs to one group.
    persons : sequence of int, length n
    values : ndarray, shape (n,)
    shown : sequence of tuple of str, length n, optional
        What each row is of, as ``("lips 2", "jaw and brow")``; all of one length.
    draws : int

    Returns
    -------
    Spread or None
        None for fewer than two groups, or where groups that were shown nothing in common cannot be compared.
    """
    of_person = dict(zip(persons, groups, strict=True))
    labels = sorted(set(groups))
    if len(labels) < 2:
        return None
    names = sorted(of_person)
    row_person = np.array([names.index(person) for person in persons])
    label_of = np.array([labels.index(of_person[name]) for name in names])
    # What is left when all that was shown is taken out of every column alike (Frisch and Waugh 1933).
    terms = np.ones((len(values), 1))
    if shown:
        terms = np.column_stack([_marks(factor) for factor in zip(*shown, strict=True)])
    base, size, _ = np.linalg.svd(terms, full_matrices=False)
    base = base[:, size > 1e-9 * size[0]]
    left = values - base @ (base.T @ values)

    def effects(label_of: NDArray[np.int_]) -> Floats | None:
        marks = np.eye(len(labels))[label_of[row_person]]
        marks -= base @ (base.T @ marks)
        among = marks.T @ marks
        if np.linalg.matrix_rank(among, tol=1e-6, hermitian=True) < len(labels) - 1:
            return None
        solved: Floats = np.linalg.pinv(among, rcond=1e-8, hermitian=True) @ (marks.T @ left)
        return solved

    own = effects(label_of)
    if own is None:
        return None
    random = np.random.default_rng(_SEED)
    dealt = [effects(random.permutation(label_of)) for _ in range(draws)]
    counts = {label: sum(group == label for group in groups) for label in labels}
    own = own + values.mean() - sum(own[i] * counts[label] for i, label in enumerate(labels)) / len(values)
    return Spread(
        value=float(np.ptp(own)),
        by_chance=float(np.percentile([float(np.ptp(one)) for one in dealt if one is not None] or [0.0], 95)),
        means={label: float(one) for label, one in zip(labels, own, strict=True)},
        counts=counts,
    )


def _marks(labels: Sequence[str]) -> Floats:
    """One column a label: 1 in its rows, 0 in the others."""
    names = sorted(set(labels))
    return np.eye(len(names))[[names.index(label) for label in labels]]


def gain_by_rate(faces: Sequence[str], rates_hz: Floats, gains: Floats) -> dict[float, float]:
    """Part the gain of each measurement into one of its face and one of its rate.

    ``log gain = face + rate`` by least squares, so that a rate is not blamed for the faces that happened to move at
    it.

    Parameters
    ----------
    faces : sequence of str, length n
        As ``1003 lips``.
    rates_hz, gains : ndarray, shape (n,)
        Gains above zero.

    Returns
    -------
    dict of float to float
        For each rate its gain as a share of the mean over the rates. Where faces and rates fall into parts that no
        measurement joins, of the part with most measurements alone; empty if that has a single rate.
    """
    part = largest_part(faces, rates_hz)
    faces, rates_hz, gains = [faces[i] for i in part], rates_hz[part], gains[part]
    names, rates = sorted(set(faces)), np.unique(rates_hz)
    if len(rates) < 2:
        return {}
    design = np.zeros((len(gains), len(names) + len(rates)))
    for row, (face, rate) in enumerate(zip(faces, rates_hz, strict=True)):
        design[row, names.index(face)] = 1.0
        design[row, len(names) + int(np.searchsorted(rates, rate))] = 1.0
    # One degree of freedom moves freely between faces and rates, and the mean takes it.
    solved = np.linalg.lstsq(design, np.log(gains), rcond=None)[0]
    of_rate = solved[len(names) :]
    return {
        float(rate): float(gain) for rate, gain in zip(rates, np.exp(of_rate - of_rate.mean()), strict=True)
    }


def largest_part(faces: Sequence[str], rates_hz: Floats) -> Indices:
    """Return the measurements of the largest set of faces and rates that measurements join.

    Parameters
    ----------
    faces : sequence of str, length n
    rates_hz : ndarray, shape (n,)

    Returns
    -------
    ndarray of int
        Their places; empty if there are none.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, face = np.unique(np.asarray(faces, dtype=str), return_inverse=True)
    _, rate = np.unique(rates_hz, return_inverse=True)
    if not len(face):
        return np.arange(0)
    nodes = int(face.max()) + int(rate.max()) + 2
    joined = coo_array((np.ones(len(face)), (face, face.max() + 1 + rate)), shape=(nodes, nodes))
    _, label = connected_components(joined, directed=False)
    return np.asarray(np.flatnonzero(label[face] == np.bincount(label[face]).argmax()))
