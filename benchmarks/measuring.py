"""Rates and percentiles, and the one form of a result."""

import json
import math
import os
import statistics
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any


def rate(work: Callable[[], Any], *, count: int = 1, rounds: int = 3) -> float:
    """How often a second, the median of some rounds; ``count``: how often one call of ``work`` does it."""
    rates = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - began))
    return statistics.median(rates)


def times(work: Callable[[Any], Any], inputs: Iterable[Any]) -> list[float]:
    """Milliseconds of each call."""
    found = []
    for each in inputs:
        began = time.perf_counter()
        work(each)
        found.append((time.perf_counter() - began) * 1000)
    return found


@contextmanager
def processes(count: int, begin: Callable[[], None]) -> Iterator[ProcessPoolExecutor]:
    """So many processes of their own, as granian's workers; all have started."""
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=begin) as pool:
        while len(set(pool.map(_present, range(count)))) < count:
            pass
        yield pool


def _present(_number: int) -> int:
    time.sleep(0.3)  # so that another one takes the next call
    return os.getpid()


def span(
    pool: ProcessPoolExecutor, work: Callable[..., tuple[float, float]], jobs: Iterable[Any], *more: Any
) -> float:
    """Seconds of all jobs together: from the first one's beginning to the last one's end, as ``work`` tells them."""
    begins, ends = zip(*[job.result() for job in [pool.submit(work, each, *more) for each in jobs]], strict=True)
    return float(max(ends) - min(begins))


def percentile(milliseconds: list[float], percent: int) -> float:
    ordered = sorted(milliseconds)
    return round(ordered[min(len(ordered) * percent // 100, len(ordered) - 1)], 2)


def slower(one: list[float], other: list[float]) -> tuple[float, float]:
    """How often a time of the one is longer than a time of the other, 0.5 when nobody can tell, and how sure that is.

    The statistic of Mann and Whitney, as a share of all pairs: it asks for no shape of the times and is moved by no
    outlier. The second figure is what chance alone moves it by in 95 runs of 100.
    """
    ordered = sorted(other)
    pairs = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in one) / 2
    chance = 1.96 * math.sqrt((len(one) + len(other) + 1) / (12 * len(one) * len(other)))
    return round(pairs / (len(one) * len(other)), 4), round(chance, 4)


def reads(work: Callable[[], Any]) -> str:
    """How PostgreSQL finds what ``work`` asks for: each scan with its rows, most first (``EXPLAIN ANALYZE``)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        work()
    found: dict[str, int] = {}
    for statement in [query["sql"] for query in asked.captured_queries]:
        if statement.lstrip().startswith(("SELECT", "WITH")) and "FOR NO KEY UPDATE" not in statement:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
                ((answer,),) = cursor.fetchall()
            made = json.loads(answer) if isinstance(answer, str) else answer
            _scans(made[0]["Plan"], found)
    return ", ".join(f"{scan} {rows:,}" for scan, rows in sorted(found.items(), key=lambda each: -each[1]))


def _scans(node: dict[str, Any], found: dict[str, int]) -> None:
    where = node.get("Index Name") or node.get("Relation Name")
    if where and "Scan" in node["Node Type"]:
        scan = f"{node['Node Type']} {where}"
        found[scan] = found.get(scan, 0) + int(node["Actual Rows"] * node["Actual Loops"])
    for inner in node.get("Plans", []):
        _scans(inner, found)


def result(
    bench: str, case: str, unit: str, ours: float, baseline: float, baseline_name: str, **more: Any
) -> dict[str, Any]:
    """Ours beside the baseline; a ratio of 1 means that we cost nothing beyond the bare engine."""
    return {
        "bench": bench,
        "case": case,
        "unit": unit,
        "ours": round(ours, 1 if ours < 1000 else None),
        "baseline": round(baseline, 1 if baseline < 1000 else None),
        "baseline_name": baseline_name,
        "ratio": round(ours / baseline, 4),
        **more,
    }
