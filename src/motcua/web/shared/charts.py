"""Geometry of the one kind of chart the pages draw: upright bars in groups, as SVG, without a script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 8.0, 16.0, 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int  # 1-based: the CSS class s1, s2, s3
    value: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A text at a place: a month under its bars, a number beside its line."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template draws; coordinates in the units of ``viewBox="0 0 720 260"``."""

    bars: tuple[Bar, ...]
    labels: tuple[Mark, ...]
    ticks: tuple[tuple[float, float], ...]  # (y, value)
    target_y: float | None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT


def nice_top(highest: float) -> float:
    """The least round number whose quarters are round too, not below ``highest``; 1 for nothing."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(
        step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= highest - 1e-9
    )


def grouped_bars(
    labels: Sequence[str], series: Sequence[Sequence[float | None]], target: float | None = None
) -> Chart:
    """Bars of up to three series over the same labels; None is a gap (nothing was counted), not a zero.

    Raises ValueError when a series is not as long as the labels: a chart that shifts its months lies.
    """
    if not 1 <= len(series) <= 3:
        raise ValueError("one to three series")
    if any(len(values) != len(labels) for values in series):
        raise ValueError("every series needs one value per label")
    counted = [value for values in series for value in values if value is not None]
    top = nice_top(max([*counted, target or 0.0]) if counted or target else 0.0)
    plot = HEIGHT - TOP - BOTTOM
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    width = min(slot * 0.7 / len(series), 40.0)

    def y(value: float) -> float:
        return round(TOP + plot * (1 - value / top), 1)

    bars = []
    for place in range(len(labels)):
        start = LEFT + slot * place + (slot - width * len(series)) / 2
        for number, values in enumerate(series):
            value = values[place]
            if value is not None:
                bars.append(
                    Bar(
                        round(start + number * width, 1),
                        y(value),
                        round(width - 1, 1),
                        round(HEIGHT - BOTTOM - y(value), 1),
                        number + 1,
                        value,
                    )
                )
    # A label needs about 56 units of room; months are thinned rather than turned.
    every = max(1, math.ceil(56 * len(labels) / (WIDTH - LEFT - RIGHT)))
    return Chart(
        bars=tuple(bars),
        labels=tuple(
            Mark(round(LEFT + slot * (place + 0.5), 1), HEIGHT - 8, label)
            for place, label in enumerate(labels)
            if place % every == 0
        ),
        ticks=tuple((y(top * step / 4), top * step / 4) for step in range(5)),
        target_y=None if target is None else y(target),
    )
