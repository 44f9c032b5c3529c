"""The planner teaches a policy: houses are lived in, lessons are kept, and every skill is learned from its own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sumika.ecu.policy_features import FEATURES
from sumika.ecu.policy_rows import SKILLS
from sumika.evaluate.control.policy_lessons import (
    HELD_OUT_WEEKS,
    SCHOOLS,
    Lessons,
    School,
    again,
    attend,
    load_lessons,
    together,
)
from sumika.plan.policy import Card, Policy
from sumika.training.planner_policy import SkillLessons, distil_policy

Say = Callable[[str], None]

EPOCHS = 40
"""Passes over the lessons."""

_OF_PEOPLE = frozenset({"warm", "cool"})
_PEOPLE = [FEATURES.index(name) for name in ("awake_now", "awake_1h", "asleep_now")]
_SOMEBODY, _COUNTS = 0.3, 3
"""Where somebody is, a mistake is felt: such lessons on a room's temperature count so many times."""


def skill_lessons(lessons: Lessons) -> Mapping[str, SkillLessons]:
    """Return lessons by skill, in the order of `SKILLS`.

    Args:
        lessons: All of them.
    """
    found = {}
    for name, outputs in SKILLS.items():
        chosen = np.flatnonzero(lessons.skill == name)
        if len(chosen):
            if name in _OF_PEOPLE:
                people = lessons.features[chosen][:, _PEOPLE].max(axis=1) > _SOMEBODY
                chosen = np.repeat(chosen, np.where(people, _COUNTS, 1))
            found[name] = SkillLessons(
                outputs=outputs,
                features=lessons.features[chosen],
                said=lessons.said[chosen][:, : len(outputs)],
                side=lessons.side[chosen],
                group=lessons.group[chosen],
            )
    return found


def learned(lessons: Lessons, rounds: int, *, epochs: int = EPOCHS, say: Say = lambda line: None) -> Policy:
    """Return the policy that was learned from lessons.

    Args:
        lessons: All of them.
        rounds: How many of the rounds the policy drove in.
        epochs: Passes over the lessons.
        say: Takes a line of progress.

    Raises:
        SumikaError: if training does not come to an end.
    """
    card = Card(
        about="Says at once what the planner would tell the devices of a house; stands in for it when it is late.",
        taught_by="the planner of sumika.plan, from sumika.ecu's belief, in simulated houses",
        lessons=lessons.plans,
        weeks=tuple(sorted({group.rpartition("/")[0] for group in lessons.group.tolist()})),
        held_out=HELD_OUT_WEEKS,
        rounds=rounds,
    )
    return distil_policy(FEATURES, skill_lessons(lessons), card, epochs=epochs, say=say)


def teach_policy(
    folder: Path,
    *,
    schools: Sequence[School] = SCHOOLS,
    rounds: int = 0,
    epochs: int = EPOCHS,
    say: Say = lambda line: None,
) -> Policy:
    """Teach a policy: the planner drives first, then the policy does while the planner says what it would have done.

    Lessons are kept in a folder; those that are there are not collected again.

    Args:
        folder: Of the lessons.
        schools: Houses and times.
        rounds: How often the policy drives.
        epochs: Passes over the lessons, in each round.
        say: Takes a line of progress.

    Raises:
        SumikaError: if lessons there are damaged, or training does not come to an end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    had = [_had(folder / f"0-{place}.npz", one, None, say) for place, one in enumerate(schools)]
    policy = learned(together(had), 0, epochs=epochs, say=say)
    for number in range(1, rounds + 1):
        later = again(schools, seed=100 * number)
        had += [_had(folder / f"{number}-{place}.npz", one, policy, say) for place, one in enumerate(later)]
        policy = learned(together(had), number, epochs=epochs, say=say)
    return policy


def _had(file: Path, school: School, policy: Policy | None, say: Say) -> Lessons:
    """Return the lessons of a school: those that were kept, or new ones, which are kept."""
    if file.exists():
        return load_lessons(file)
    lessons = attend(school, policy)
    lessons.keep(file)
    say(f"{school.name}: {lessons.plans} plans, {len(lessons.skill)} lessons")
    return lessons
