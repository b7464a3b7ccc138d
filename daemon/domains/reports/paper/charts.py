"""Charts as plain shapes: stacked columns, lying bars, lines, and the waterfall of MRR."""

from collections.abc import Callable, Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth

from daemon.domains.reports.making.book import Chart
from daemon.domains.reports.making.words import Speech

from .theme import BAD, BOLD, GOOD, INK, LINE, PLAIN, SOFT, Theme, printable

HEIGHT, BAR = 150.0, 20.0
LEFT, RIGHT, BELOW, ABOVE = 58.0, 8.0, 24.0, 22.0
TICKS, MOST_LABELS = 4, 16
SMALL = 6.8
CENT, THOUSAND, MILLION = 100, 1_000, 1_000_000
WIDEST_BAR = 34.0


def draw(chart: Chart, theme: Theme, say: Speech, width: float) -> Drawing:
    """Return a chart, as wide as it may be."""
    shape = {"stack": _stack, "bars": _bars, "line": _line, "waterfall": _waterfall}[chart.shape]
    return shape(_Frame(chart, theme, say, width))


class _Frame:
    """The place for a chart: its axis, its grid, its legend."""

    def __init__(self, chart: Chart, theme: Theme, say: Speech, width: float) -> None:
        self.chart, self.theme, self.say, self.width = chart, theme, say, width
        lying = chart.shape == "bars"
        rows = len(chart.labels) * (BAR if len(chart.series) == 1 else 12.0 * len(chart.series))
        self.height = max(80.0, rows + BELOW + ABOVE) if lying else HEIGHT
        self.drawing = Drawing(width, self.height)
        self.low, self.high = 0, 1

    @property
    def inner(self) -> float:
        """Width between the axis and the right edge."""
        return self.width - LEFT - RIGHT

    @property
    def tall(self) -> float:
        """Height between the two edges."""
        return self.height - BELOW - ABOVE

    def scale(self, values: Sequence[int]) -> None:
        """Choose round ends for the axis and draw the grid."""
        top, bottom = max(0, *values, 1), min(0, *values)
        step = _round_step((top - bottom) / TICKS)
        self.low = bottom // step * step
        self.high = -(-top // step) * step
        at = self.low
        while at <= self.high:
            y = self.y(at)
            color = SOFT if at == 0 else LINE
            self.add(Line(LEFT, y, self.width - RIGHT, y, strokeColor=color, strokeWidth=0.4))
            self.text(LEFT - 4, y - 2.2, self.short(at), anchor="end")
            at += step

    def y(self, value: float) -> float:
        """Return where a value stands."""
        return BELOW + self.tall * (value - self.low) / (self.high - self.low)

    def short(self, value: int) -> str:
        """Return a number as short as an axis wants it."""
        size = value / CENT if self.chart.unit == "money" else value
        unit = ""
        for limit, name in ((MILLION, "M"), (THOUSAND, "k")):
            if abs(size) >= limit:
                size, unit = size / limit, name
                break
        text = f"{size:.1f}".removesuffix(".0")
        return f"{text.replace('.', ',') if self.say.portuguese else text}{unit}"

    def labels(self, center: Callable[[int], float]) -> None:
        """Write the names below, as many as fit."""
        names = [printable(name) for name in self.chart.labels]
        widest = max((stringWidth(name, PLAIN, SMALL) for name in names), default=0.0) + 6
        fits = max(1, min(int(self.inner / widest), MOST_LABELS * 2))
        every = -(-len(names) // fits)
        for number, name in enumerate(names):
            if number % every == 0:
                self.text(center(number), BELOW - 11, name, anchor="middle")

    def legend(self) -> None:
        """Name the series above the chart."""
        if len(self.chart.series) < 2:  # noqa: PLR2004 - one series is named by the title
            return
        x = LEFT
        for number, (name, _) in enumerate(self.chart.series):
            color = self.theme.series(number)
            self.add(
                Rect(x, self.height - 11, 7, 7, fillColor=color, strokeColor=None, rx=1.5, ry=1.5)
            )
            text = printable(name)
            self.text(x + 10, self.height - 10, text, color=INK)
            x += 24 + stringWidth(text, PLAIN, SMALL)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        color: Color = SOFT,
        font: str = PLAIN,
    ) -> None:
        """Write something small."""
        self.add(
            String(x, y, words, fontName=font, fontSize=SMALL, fillColor=color, textAnchor=anchor)
        )

    def add(self, shape: Any) -> None:
        """Put a shape onto the drawing."""
        self.drawing.add(shape)

    def bar(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        """Draw a bar."""
        self.add(Rect(x, y, width, height, fillColor=color, strokeColor=None))


def _stack(frame: _Frame) -> Drawing:
    chart = frame.chart
    totals = [sum(values) for values in zip(*(one for _, one in chart.series), strict=True)]
    frame.scale(totals)
    step = frame.inner / max(1, len(totals))
    wide = min(step * 0.72, WIDEST_BAR)
    for number in range(len(totals)):
        x, base = LEFT + step * number + (step - wide) / 2, 0
        for place, (_, values) in enumerate(chart.series):
            low, high = frame.y(base), frame.y(base + values[number])
            if high > low:
                frame.bar(x, low, wide, high - low, frame.theme.series(place))
            base += values[number]
    frame.labels(lambda number: LEFT + step * (number + 0.5))
    frame.legend()
    return frame.drawing


def _line(frame: _Frame) -> Drawing:
    chart = frame.chart
    frame.scale([value for _, values in chart.series for value in values])
    count = len(chart.labels)
    step = frame.inner / max(1, count)

    def center(number: int) -> float:
        return LEFT + step * (number + 0.5)

    for place, (_, values) in enumerate(chart.series):
        color = frame.theme.series(place)
        points = [(center(number), frame.y(value)) for number, value in enumerate(values)]
        flat = [part for point in points for part in point]
        if count > 1:
            frame.add(PolyLine(flat, strokeColor=color, strokeWidth=1.6, strokeLineJoin=1))
        if count <= MOST_LABELS:
            for x, y in points:
                frame.add(
                    Rect(x - 1.8, y - 1.8, 3.6, 3.6, fillColor=color, strokeColor=None, rx=1.8)
                )
    frame.labels(center)
    frame.legend()
    return frame.drawing


def _bars(frame: _Frame) -> Drawing:
    chart = frame.chart
    names = [printable(name)[:34] for name in chart.labels]
    left = max(LEFT, *(stringWidth(name, PLAIN, SMALL) + 8 for name in names))
    most = max(1, *(value for _, values in chart.series for value in values))
    room = frame.width - left - 48
    step = frame.tall / max(1, len(names))
    thick = step * 0.7 / len(chart.series)
    for number, name in enumerate(names):
        top = frame.height - ABOVE - step * number - step * 0.15
        frame.text(left - 5, top - step * 0.35 - 2.2, name, anchor="end", color=INK)
        for place, (_, values) in enumerate(chart.series):
            y, long = top - thick * (place + 1), room * values[number] / most
            frame.bar(left, y, max(long, 0.6), thick * 0.9, frame.theme.series(place))
            told = frame.say.number(values[number])
            frame.text(left + long + 4, y + thick * 0.45 - 2.2, told)
    frame.legend()
    return frame.drawing


def _waterfall(frame: _Frame) -> Drawing:
    """First and last are levels, what stands between them goes up or down from one to the other."""
    (_, values), labels = frame.chart.series[0], frame.chart.labels
    levels, at = list[tuple[int, int]](), 0
    for number, value in enumerate(values):
        whole = number in {0, len(values) - 1}
        levels.append((0, value) if whole else (at, at + value))
        at = value if whole else at + value
    frame.scale([edge for level in levels for edge in level])
    step = frame.inner / len(labels)
    wide = min(step * 0.6, WIDEST_BAR * 1.4)
    for number, (start, end) in enumerate(levels):
        x = LEFT + step * number + (step - wide) / 2
        low, high = sorted((frame.y(start), frame.y(end)))
        whole = number in {0, len(values) - 1}
        color = frame.theme.accent if whole else GOOD if end >= start else BAD
        frame.bar(x, low, wide, max(high - low, 0.8), color)
        told = frame.short(values[number])
        sign = "+" if not whole and values[number] > 0 else ""
        frame.text(x + wide / 2, high + 3, f"{sign}{told}", anchor="middle", color=INK, font=BOLD)
        if number + 1 < len(levels):
            y = frame.y(end)
            frame.add(Line(x + wide, y, x + step, y, strokeColor=SOFT, strokeWidth=0.4))
    frame.labels(lambda number: LEFT + step * (number + 0.5))
    return frame.drawing


def _round_step(rough: float) -> int:
    """Return 1, 2 or 5 times a power of ten, at least as much."""
    power = 1
    while power * 10 <= rough:
        power *= 10
    return next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
