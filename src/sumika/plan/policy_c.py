"""The policy as one C file for a controller the size of a thermostat's: int8 weights, no malloc, no libm.

It holds the weights as they are stored, some kilobytes of constants, and one function: features and the number of a
skill in, what the skill says out. Its sums are of floats, in the order in which they stand.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.plan.policy import FURTHEST, Layer, Policy, Skill

_PER_LINE = 24

_HEAD = """\
/* Sumika's distilled planner: {skills} skills over {features} features, {bytes} bytes of weights.
 * Made from policy.msgpack by sumika.plan.policy_c; not to be edited by hand.
 *
 * features: {names}
 *
 * int sumika_policy(int skill, const float *features, float *said)
 *   skill: one of SUMIKA_*; features: {features} of them; said: room for {outputs}.
 *   Returns how many were said, 0 for an unknown skill.
 */
#include <stdint.h>

#define SUMIKA_FEATURES {features}
#define SUMIKA_WIDEST {widest}
"""

_WORK = """
struct sumika_skill {
    int hidden_1, hidden_2, outputs;
    const float *mean, *scale, *low, *high;
    const int8_t *weight[3];
    const float *worth[3], *bias[3];
};

%(table)s

static float sumika_within(float x, float low, float high) {
    return x > low ? (x < high ? x : high) : low; /* what is not a number counts as the least */
}

static void sumika_layer(const struct sumika_skill *one, int place, int wide, int high, const float *in, float *out) {
    const int8_t *weight = one->weight[place];
    for (int row = 0; row < high; row++) {
        float sum = 0.0f;
        for (int column = 0; column < wide; column++)
            sum += (float)weight[row * wide + column] * in[column];
        sum = sum * one->worth[place][row] + one->bias[place][row];
        out[row] = place < 2 && sum < 0.0f ? 0.0f : sum;
    }
}

int sumika_policy(int skill, const float *features, float *said) {
    float a[SUMIKA_WIDEST], b[SUMIKA_WIDEST];
    if (skill < 0 || skill >= SUMIKA_SKILLS)
        return 0;
    const struct sumika_skill *one = &sumika_skills[skill];
    for (int i = 0; i < SUMIKA_FEATURES; i++) {
        a[i] = sumika_within((features[i] - one->mean[i]) / one->scale[i], -%(furthest)s, %(furthest)s);
    }
    sumika_layer(one, 0, SUMIKA_FEATURES, one->hidden_1, a, b);
    sumika_layer(one, 1, one->hidden_1, one->hidden_2, b, a);
    sumika_layer(one, 2, one->hidden_2, one->outputs, a, b);
    for (int i = 0; i < one->outputs; i++)
        said[i] = sumika_within(b[i], one->low[i], one->high[i]);
    return one->outputs;
}
"""


def policy_c(policy: Policy) -> str:
    """Return the policy as the text of a C file (C99).

    Args:
        policy: To write down.
    """
    names = list(policy.skills)
    widest = max([len(policy.features), *(len(layer.bias) for one in policy.skills.values() for layer in one.layers)])
    weights = sum(layer.weight.size for one in policy.skills.values() for layer in one.layers)
    head = _HEAD.format(
        skills=len(names),
        features=len(policy.features),
        bytes=weights,
        names=", ".join(policy.features),
        outputs=max(len(one.outputs) for one in policy.skills.values()),
        widest=widest,
    )
    defines = [f"#define SUMIKA_SKILLS {len(names)}"]
    defines += [
        f"#define SUMIKA_{name.upper()} {place} /* {', '.join(policy.skills[name].outputs)} */"
        for place, name in enumerate(names)
    ]
    arrays = [line for name in names for line in _arrays(name, policy.skills[name])]
    rows = [_row(name, policy.skills[name]) for name in names]
    table = "static const struct sumika_skill sumika_skills[] = {\n" + ",\n".join(rows) + "\n};"
    work = _WORK % {"table": table, "furthest": _number(FURTHEST)}
    return head + "\n".join([*defines, "", *arrays]) + "\n" + work


def _arrays(name: str, skill: Skill) -> list[str]:
    found = [
        _floats(f"{name}_mean", skill.mean),
        _floats(f"{name}_scale", skill.scale),
        _floats(f"{name}_low", skill.low),
        _floats(f"{name}_high", skill.high),
    ]
    for place, layer in enumerate(skill.layers):
        found += _layer(f"{name}_{place}", layer)
    return found


def _layer(name: str, layer: Layer) -> list[str]:
    codes = [str(int(one)) for one in layer.weight.ravel()]
    return [
        _constant("int8_t", f"{name}_weight", codes),
        _floats(f"{name}_worth", layer.scale),
        _floats(f"{name}_bias", layer.bias),
    ]


def _floats(name: str, values: NDArray[np.float32]) -> str:
    return _constant("float", name, [_number(float(one)) for one in values])


def _number(value: float) -> str:
    """Return a float so that it is read back as the same: nine digits are enough for float32."""
    text = f"{value:.9g}"
    return f"{text}f" if any(sign in text for sign in ".e") else f"{text}.0f"


def _constant(kind: str, name: str, values: Sequence[str]) -> str:
    lines = [", ".join(values[first : first + _PER_LINE]) for first in range(0, len(values), _PER_LINE)]
    return f"static const {kind} {name}[{len(values)}] = {{\n    " + ",\n    ".join(lines) + "\n};"


def _row(name: str, skill: Skill) -> str:
    hidden = ", ".join(str(len(layer.bias)) for layer in skill.layers)
    edges = ", ".join(f"{name}_{part}" for part in ("mean", "scale", "low", "high"))
    parts = [
        "{" + ", ".join(f"{name}_{place}_{part}" for place in range(len(skill.layers))) + "}"
        for part in ("weight", "worth", "bias")
    ]
    return f"    {{{hidden}, {edges}, {', '.join(parts)}}}"
