"""Alarms from beginning to end, as they were recorded at every change."""

from sumika.facts.figures import Row
from sumika.facts.periods import Period
from sumika.facts.shelf import Shelf
from sumika.facts.told import Incident, Notice, StageReached
from sumika.schema import AlarmDelivery, AlarmState
from sumika.units import SECONDS_PER_DAY, ns_to_seconds

FOLLOWED_S = 7.0 * SECONDS_PER_DAY
"""What became of an alarm is looked for so long after a period."""


def incidents(shelf: Shelf, p: Period) -> tuple[Incident, ...]:
    """Return the alarms that were raised in a period."""
    after = Period(begin_unix_s=p.begin_unix_s, end_unix_s=p.end_unix_s + FOLLOWED_S)
    by_id: dict[str, list[AlarmState]] = {}
    for state in shelf.records(AlarmState, after):
        by_id.setdefault(state.id, []).append(state)
    told = (_incident(shelf, states) for states in by_id.values() if p.holds(states[-1].since_unix_s))
    return tuple(sorted(told, key=lambda one: (one.since_unix_s, one.id)))


def _incident(shelf: Shelf, states: list[AlarmState]) -> Incident:
    last = states[-1]
    rows = [_row(shelf, one) for one in states]
    stages: list[StageReached] = []
    for state, row in zip(states, rows, strict=True):
        if not stages or stages[-1].stage != state.stage.value:
            stages.append(StageReached(stage=state.stage.value, at_unix_s=row.begin_unix_s, row=row))
    return Incident(
        id=last.id,
        cause=last.cause.value,
        subject=last.subject,
        room=last.room,
        since_unix_s=last.since_unix_s,
        closed_unix_s=last.closed_unix_s,
        stages=tuple(stages),
        told=tuple(_notice(one) for one in last.deliveries),
        answered_by=last.acknowledged_by,
        test=any(one.test for one in states),
        words=last.words,
        words_ja=last.words_ja,
        detail=last.detail,
        origin=last.origin.value,
        rows=tuple(rows),
    )


def _row(shelf: Shelf, state: AlarmState) -> Row:
    at_s = ns_to_seconds(state.stamp.wall_ns)
    return shelf.row("alarm", state.id, at_s, text=state.detail, part=state.stage.value)


def _notice(one: AlarmDelivery) -> Notice:
    return Notice(
        contact=one.contact,
        how=one.how,
        state=one.state.value,
        at_unix_s=one.at_unix_s,
        closing=one.closing,
        problem=one.problem,
    )
