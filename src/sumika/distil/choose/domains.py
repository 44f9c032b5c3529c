"""Domains where the data state none, and lengths where no trace exists yet."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet, Example
from sumika.schema import SumikaError

DomainsOf = Literal["auto", "domain", "group", "class", "clusters"]
TEXT_FEATURES = 512


def lengths_of(examples: Sequence[Example]) -> tuple[NDArray[np.float64], str]:
    """Return the letters of every example's trace, and what stood in for it.

    Nothing is traced before it is chosen, so the length of a trace that came with the data is taken; where no example
    has one, that of the answer if answers are texts rather than numbers (a median of 40 letters), else of the prompt.
    """
    for field in ("reasoning", "answer"):
        lengths = np.array([len(getattr(example, field)) for example in examples], np.float64)
        enough = lengths.any() if field == "reasoning" else len(lengths) and np.median(lengths) >= 40
        if enough:
            return lengths, f"length of the {field} that came with the data"
    return np.array([len(example.prompt) for example in examples], np.float64), "length of the prompt"


def text_domains(examples: Sequence[Example], clusters: int, seed: int) -> tuple[list[str], str]:
    """Return a domain per example, and how it came about: as stated, or clusters of words where none is."""
    stated = [example.domain for example in examples]
    if any(stated) or len(examples) <= clusters or clusters < 2:
        return stated, "domains as the data state them" if any(stated) else "one domain: the data state none"
    # Loaded for clusters alone: scikit-learn takes each worker of a run longer than torch does.
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import HashingVectorizer

    vectors = HashingVectorizer(n_features=TEXT_FEATURES, alternate_sign=False)
    features = vectors.transform([example.prompt for example in examples])
    labels = MiniBatchKMeans(clusters, random_state=seed, n_init=1).fit_predict(features)
    return [f"cluster {label}" for label in labels], f"{clusters} clusters of words: the data state no domain"


def array_domains(arrays: ArraySet, of: DomainsOf, clusters: int, seed: int) -> tuple[NDArray[np.str_], str]:
    """Return a domain per example, and how it came about.

    Args:
        arrays: What is divided.
        of: "auto" takes stated domains, else groups (persons, rooms) if they hold more than one example each, else
            clusters of features within every class.
        clusters: How many clusters (per class where there are classes).
        seed: Of k-means.

    Raises:
        SumikaError: if there are no domains of that kind.
    """
    if of == "domain" or (of == "auto" and len(np.unique(arrays.domain)) > 1):
        return arrays.domain, "domains as the data state them"
    groups = len(np.unique(arrays.group))
    if of == "group" or (of == "auto" and 1 < groups <= len(arrays) // 2):
        return arrays.group, "groups"
    if of == "class" and arrays.y.dtype != np.int64:
        raise SumikaError("a regression has no classes", where="choose", remedy="Say `domains: clusters`.")
    classes = arrays.y.astype(str) if arrays.y.dtype == np.int64 else np.full(len(arrays), "0")
    if of == "class":
        return np.asarray(classes, np.str_), "classes"
    return _clusters(features_of(arrays), np.asarray(classes, np.str_), clusters, seed), "clusters within classes"


def features_of(arrays: ArraySet) -> NDArray[np.float64]:
    """Return (example, feature) that clusters are sought in, standardised: mean, deviation, extremes and roughness.

    Of each channel over time for signals, of each feature over the real points for sets; the columns of a table.
    """
    x = np.nan_to_num(arrays.x, posinf=0.0, neginf=0.0).astype(np.float64)
    if arrays.mask is not None:
        weights = arrays.mask[..., None] / np.maximum(1, arrays.mask.sum(axis=1))[:, None, None]
        mean = (x * weights).sum(axis=1)
        deviation = np.sqrt(((x - mean[:, None]) ** 2 * weights).sum(axis=1))
        features = np.hstack([mean, deviation, arrays.mask.sum(axis=1, keepdims=True)])
    elif x.ndim == 3 and x.shape[2] > 1:
        rough = np.abs(np.diff(x, axis=2)).mean(axis=2)
        features = np.hstack([x.mean(axis=2), x.std(axis=2), x.min(axis=2), x.max(axis=2), rough])
    else:
        features = x.reshape(len(x), -1)
    spread = features.std(axis=0)
    return np.asarray((features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0), np.float64)


def _clusters(features: NDArray[np.float64], classes: NDArray[np.str_], clusters: int, seed: int) -> NDArray[np.str_]:
    from sklearn.cluster import MiniBatchKMeans

    domains = np.full(len(features), "", dtype="<U64")
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        distinct = len(np.unique(features[rows], axis=0))
        wanted = min(clusters, distinct)
        labels = (
            MiniBatchKMeans(wanted, random_state=seed, n_init=3).fit_predict(features[rows])
            if wanted > 1
            else np.zeros(len(rows), int)
        )
        domains[rows] = [f"class {name} cluster {label}" for label in labels]
    return domains
