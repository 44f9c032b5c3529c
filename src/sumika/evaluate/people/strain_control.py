"""The control of strain: what elapsed time alone would tell, and how far the student's columns tell the time."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from sumika.training.strain import STRAIN, sessions

LATE_SHARE = 0.5


def time_only(environ: Mapping[str, str]) -> tuple[float, float]:
    """Return two areas under the curve, each person told by a boosted classifier of the others.

    Args:
        environ: Says where the recordings are.

    Returns:
        Of the tasks, by elapsed time alone; and of the later half of the sessions, by the student's columns: 0.5 where
        they say nothing of the time.

    Raises:
        SumikaError: if the recordings are not there.
    """
    people = sessions(STRAIN.folder(environ))
    at_s, y = np.concatenate([one.at_s for one in people]), np.concatenate([one.y for one in people])
    group = np.concatenate([np.full(len(one.y), number) for number, one in enumerate(people)])
    late = (at_s > np.quantile(at_s, LATE_SHARE)).astype(np.int64)
    x = np.concatenate([one.x for one in people])
    return left_out_auc(at_s[:, None], y, group), left_out_auc(x, late, group)


def left_out_auc(x: NDArray[np.float64] | NDArray[np.float32], y: NDArray[np.int64], group: NDArray[np.int64]) -> float:
    """Return the area under the curve of y (0, 1), each group told by the others.

    Args:
        x: (row, column)
        y: (row,)
        group: (row,)
    """
    said = np.zeros(len(y))
    for one in np.unique(group):
        own = group == one
        trees = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, early_stopping=False, random_state=0)
        said[own] = trees.fit(x[~own], y[~own]).predict_proba(x[own])[:, 1]
    return float(roc_auc_score(y, said))
