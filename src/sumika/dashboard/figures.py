"""Figures for Prometheus: nodes, messages, rooms and devices, as they are now. Nothing about anybody's body.

Who is at home, and what draws how many watts, is the household's: whoever collects such figures keeps their history.
"""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import CollectorRegistry
from starlette.responses import Response

from sumika.dashboard.operations import Call, Operation, get
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right, Viewer
from sumika.schema import AirSample, DeviceState, MeterSample, NodeHealth, NodeState, NodeStatistics, Presence

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_AIR = {
    "temperature_c": ("sumika_air_temperature_celsius", "Of the air."),
    "relative_humidity": ("sumika_air_relative_humidity_ratio", "0 to 1."),
    "co2_ppm": ("sumika_air_co2_ppm", "Carbon dioxide."),
    "pm2_5_ug_m3": ("sumika_air_pm2_5_micrograms_per_cubic_metre", "Fine particles."),
}


class _Figures:
    """Collects from the feed what somebody may see."""

    def __init__(self, parts: Parts, viewer: Viewer) -> None:
        self._parts = parts
        self._of_the_household = Right.PLAN in viewer.rights

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._nodes()
        if self._of_the_household:
            yield from self._people()
            yield from self._power()
        yield from self._air()
        feed = self._parts.feed
        yield GaugeMetricFamily("sumika_page_viewers", "Browsers that watch.", value=len(feed.watchers))
        yield CounterMetricFamily("sumika_page_messages", "Messages that the page took.", value=feed.taken)

    def _nodes(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("sumika_node_running", "Whether a node runs.", labels=["node"])
        restarts = CounterMetricFamily("sumika_node_restarts", "How often it was started again.", labels=["node"])
        core = GaugeMetricFamily("sumika_node_core_share", "Share of one core.", labels=["node"])
        memory = GaugeMetricFamily("sumika_node_memory_megabytes", "Proportional set size.", labels=["node"])
        for health in self._parts.feed.newest("node_health"):
            if not isinstance(health, NodeHealth):
                continue
            up.add_metric([health.node], float(health.state is NodeState.RUNNING))
            restarts.add_metric([health.node], health.restarts)
            if health.core_share is not None:
                core.add_metric([health.node], health.core_share)
            if health.memory_mb is not None:
                memory.add_metric([health.node], health.memory_mb)
        lost = CounterMetricFamily("sumika_node_lost_messages", "Sent to it, never arrived.", labels=["node", "topic"])
        for counted in self._parts.feed.newest("node_statistics"):
            if isinstance(counted, NodeStatistics):
                for topic, count in counted.lost.items():
                    lost.add_metric([counted.node, topic], count)
        yield from (up, restarts, core, memory, lost)

    def _people(self) -> Iterator[Metric]:
        presence = GaugeMetricFamily("sumika_presence_probability", "That somebody is there.", labels=["room"])
        for one in self._parts.told_now(Presence):
            if one.probability is not None:
                presence.add_metric([one.room], one.probability)
        yield presence

    def _air(self) -> Iterator[Metric]:
        samples = self._parts.told_now(AirSample)
        for field, (name, words) in _AIR.items():
            family = GaugeMetricFamily(name, words, labels=["room", "sensor"])
            for sample in samples:
                value = getattr(sample, field)
                if value is not None:
                    family.add_metric([sample.room, sample.sensor], value)
            yield family

    def _power(self) -> Iterator[Metric]:
        power = GaugeMetricFamily("sumika_device_power_watts", "Drawn by a device.", labels=["device"])
        for one in self._parts.told_now(DeviceState):
            if one.power_w is not None:
                power.add_metric([one.device], one.power_w)
        house = GaugeMetricFamily("sumika_meter_power_watts", "Taken by the house.", labels=["meter"])
        for meter in self._parts.told_now(MeterSample):
            if meter.power_w is not None:
                house.add_metric([meter.meter], meter.power_w)
        yield from (power, house)


def figure_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""

    def show(call: Call) -> Response:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Figures(parts, call.who))
        return Response(generate_latest(registry), media_type=MEDIA)

    return (get("/metrics", show, "Figures for Prometheus.", None, Right.RECORDS, media="text/plain"),)
