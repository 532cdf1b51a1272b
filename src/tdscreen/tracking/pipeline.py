"""Stages of work on a clip's pictures overlap: while one looks at a picture, others are at the ones before or after it.

The decoder, MediaPipe, OpenCV and onnxruntime let go of the interpreter's lock while they work, so that threads share
the cores. Each stage sees every picture in its order and alone: what comes out is what one after the other would give.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _End:
    """Stands for the item after the last."""


_END = _End()


@dataclass(frozen=True)
class Stage(Generic[T]):
    """One kind of work that is done on every item, in order, by a thread of its own.

    Attributes
    ----------
    name : str
    work : callable
        Takes the item, and what the stages in ``needs`` found in it, in that order.
    needs : tuple of str
        Names of stages that stand before this one.
    """

    name: str
    work: Callable[..., Any]
    needs: tuple[str, ...] = ()


def overlap(
    items: Iterable[T], stages: Sequence[Stage[T]], *, ahead: int
) -> Generator[tuple[T, dict[str, Any]]]:
    """Give each item with what every stage made of it, in order.

    Parameters
    ----------
    items : iterable
        Is read in a thread of its own.
    stages : sequence of Stage
    ahead : int
        So many items are in work at most: what is kept in memory.

    Yields
    ------
    item
    results : dict
        By the names of the stages.

    Raises
    ------
    Exception
        Whatever the reading or a stage raises, at the item at which it did. No thread is left, then, nor when this
        generator is closed before its end.
    """
    reader = ThreadPoolExecutor(1, thread_name_prefix="read")
    workers = [ThreadPoolExecutor(1, thread_name_prefix=stage.name) for stage in stages]
    waiting: deque[tuple[Future[Any], dict[str, Future[Any]]]] = deque()
    iterator = iter(items)
    try:
        while True:
            while len(waiting) < ahead:
                taken = reader.submit(next, iterator, _END)
                results: dict[str, Future[Any]] = {}
                for worker, stage in zip(workers, stages, strict=True):
                    needed = [results[name] for name in stage.needs]
                    results[stage.name] = worker.submit(_work, stage, taken, needed)
                waiting.append((taken, results))
            taken, results = waiting.popleft()
            item = taken.result()
            if isinstance(item, _End):
                return
            yield item, {name: result.result() for name, result in results.items()}
    finally:
        # All are told first, and then waited for: one may wait for another's answer, which a cancelled one gives, too.
        for one in (reader, *workers):
            one.shutdown(wait=False, cancel_futures=True)
        for one in (reader, *workers):
            one.shutdown()


def _work(stage: Stage[Any], taken: Future[Any], needed: Sequence[Future[Any]]) -> Any:
    item = taken.result()
    return None if isinstance(item, _End) else stage.work(item, *(result.result() for result in needed))
