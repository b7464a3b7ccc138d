"""Prometheus figures: counters fed by events, gauges read when somebody asks."""

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from daemon.infra.bus import Bus
from daemon.kernel.events import Recorded

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)


class Metrics:
    """What `/metrics` says. Labels never hold anything of a person."""

    def __init__(self, bus: Bus, gauges: Callable[[], dict[str, dict[str, float]]]) -> None:
        self.registry = CollectorRegistry()
        self._events = Counter(
            "nextagent_events", "Events by name", ["event"], registry=self.registry
        )
        self._answers = Counter(
            "nextagent_answers", "Answers by mode", ["mode"], registry=self.registry
        )
        self._tokens = Counter(
            "nextagent_tokens", "Model tokens by kind", ["kind"], registry=self.registry
        )
        self._seconds = Histogram(
            "nextagent_answer_seconds",
            "Time from the turn's start to its answer",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.registry.register(_Gauges(gauges))
        bus.subscribe("*", self._heard)

    async def _heard(self, event: Recorded) -> None:
        self._events.labels(event.name).inc()
        if event.name == "turn.answered":
            self._answered(event.data)

    def _answered(self, data: dict[str, Any]) -> None:
        self._answers.labels(str(data.get("mode", "unknown"))).inc()
        self._tokens.labels("prompt").inc(float(data.get("prompt_tokens") or 0))
        self._tokens.labels("completion").inc(float(data.get("completion_tokens") or 0))
        if (ms := data.get("ms")) is not None:
            self._seconds.observe(float(ms) / 1000)

    def text(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)


class _Gauges(Collector):
    """Reads the gauges at each scrape: `{metric: {label value: number}}`."""

    def __init__(self, read: Callable[[], dict[str, dict[str, float]]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """Yield one family a metric."""
        for name, values in self._read().items():
            family = GaugeMetricFamily(f"nextagent_{name}", name.replace("_", " "), labels=["of"])
            for label, value in values.items():
                family.add_metric([label], value)
            yield family
