"""Stages of work that overlap."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from tdscreen.tracking.pipeline import Stage, overlap


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def summing() -> tuple[Stage[int], ...]:
    """Stages whose answers depend on every item before, and on each other; the first is the slower one now and then."""
    rng = np.random.default_rng(0)
    seen: list[int] = []
    sums: list[int] = []

    def first(item: int) -> int:
        time.sleep(float(rng.uniform(0, 0.004)))
        seen.append(item)
        return len(seen) * item

    def second(item: int, product: int) -> int:
        sums.append(product + item)
        return sum(sums)

    return Stage("first", first), Stage("second", second, ("first",))


def test_what_comes_out_is_what_one_after_the_other_gives() -> None:
    (_, first), (_, second) = ((stage.name, stage.work) for stage in summing())
    products = [first(item) for item in range(60)]
    sums = [second(item, product) for item, product in enumerate(products)]
    expected = [
        (item, {"first": product, "second": total})
        for item, (product, total) in enumerate(zip(products, sums, strict=True))
    ]
    for ahead in (1, 4):
        assert list(overlap(range(60), summing(), ahead=ahead)) == expected


def test_two_stages_work_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)
    stages = [Stage(name, lambda _: meeting.wait() >= 0) for name in ("one", "other")]
    assert all(found == {"one": True, "other": True} for _, found in overlap(range(5), stages, ahead=2))


def test_no_more_items_are_taken_than_may_be_in_work() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(50):
            taken.append(item)
            yield item

    most = 0
    for item, _ in overlap(items(), [Stage("slow", lambda _: time.sleep(0.001))], ahead=3):
        time.sleep(0.002)
        most = max(most, len(taken) - item)
    assert len(taken) == 50
    assert most <= 3


def test_an_error_of_a_stage_reaches_the_caller_at_its_item() -> None:
    def fails(item: int) -> int:
        if item == 7:
            raise ZeroDivisionError("the seventh")
        return item

    stages = [Stage("fails", fails), Stage("after", lambda _, found: found, ("fails",))]
    steps = overlap(range(20), stages, ahead=4)
    assert [next(steps)[0] for _ in range(7)] == list(range(7))
    with pytest.raises(ZeroDivisionError, match="the seventh"):
        next(steps)


def test_an_error_of_the_reading_reaches_the_caller_after_what_was_read() -> None:
    def breaks() -> Iterator[int]:
        yield from range(3)
        raise OSError("the file ends here")

    steps = overlap(breaks(), [Stage("idle", lambda item: item)], ahead=6)
    assert [next(steps)[0] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="ends here"):
        next(steps)


def test_who_stops_early_leaves_no_work_behind() -> None:
    done: list[int] = []
    stages = [Stage("first", done.append), Stage("after", lambda _, __: time.sleep(0.01), ("first",))]
    with closing(overlap(iter(range(1000)), stages, ahead=5)) as steps:
        next(steps)
    count = len(done)
    assert count <= 6
    time.sleep(0.05)
    assert len(done) == count
