"""Cross-validated classifiers between two sets of excerpts.

A test of two samples by a classifier: Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests,
2017. Related pieces stay in one fold. The figure is the area under the ROC curve of the excerpts
that the classifier was not fitted to: 0.5 for two sets that it cannot tell apart, 1 for two that it
always can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import spmatrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

FOLDS = 5
HASHES = 2**18
MIN_DEFINED = 0.2  # share of a set
SHUFFLES = 3  # of each figure, for its importance

Values: TypeAlias = Any  # np.ndarray, or a sparse matrix of scipy


@dataclass(frozen=True)
class Result:
    """Area under the curve over the folds."""

    mean: float
    deviation: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.deviation:.3f}"


class BoostedTrees:
    """Classifier of figures (P, F), which may be NaN, by those that vary where it is fitted."""

    def fit(self, values: np.ndarray, second: np.ndarray) -> BoostedTrees:
        self._used = varies(values)  # (F,) bool
        trees = HistGradientBoostingClassifier(
            max_iter=150,
            max_depth=3,
            max_bins=32,
            l2_regularization=1.0,
            early_stopping=False,
            class_weight="balanced",
            random_state=0,
        )
        self._trees = trees.fit(values[:, self._used], second)
        return self

    def decision_function(self, values: np.ndarray) -> np.ndarray:
        """Logits of the second set: (P, F) -> (P,)."""
        return np.asarray(self._trees.decision_function(values[:, self._used]))

    def predict_proba(self, values: np.ndarray) -> np.ndarray:
        """Probabilities of both sets: (P, F) -> (P, 2)."""
        return np.asarray(self._trees.predict_proba(values[:, self._used]))


def word_classifier() -> Pipeline:
    """Classifier of counts of words (P, HASHES): a linear one over their tf-idf."""
    return make_pipeline(TfidfTransformer(sublinear_tf=True), LinearSVC(class_weight="balanced"))


def count_words(texts: Sequence[Sequence[str]]) -> spmatrix:
    """Counts of words by their hash: (P, HASHES)."""
    vectorizer = HashingVectorizer(
        analyzer=list, n_features=HASHES, norm=None, alternate_sign=False
    )
    return vectorizer.transform(texts)


def area_under_curve(
    make: Callable[[], Any], values: Values, second: np.ndarray, groups: np.ndarray
) -> Result:
    """The classifier's area over FOLDS folds.

    values: (P, F). second: whether each excerpt is of the second set (P,). groups: (P,).
    """
    areas = []
    for train, held_out in _folds(second, groups):
        classifier = make().fit(values[train], second[train])
        logits = classifier.decision_function(values[held_out])
        areas.append(roc_auc_score(second[held_out], logits))
    return Result(float(np.mean(areas)), float(np.std(areas)))


def importances(values: np.ndarray, second: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """By how much shuffling each figure raises the held-out loss of the trees: (F,) bits.

    The area hardly moves where it is near 1; the loss does.
    """
    rng = np.random.default_rng(0)
    raised = np.zeros(values.shape[1])
    for train, held_out in _folds(second, groups):
        trees = BoostedTrees().fit(values[train], second[train])
        known, truth = values[held_out], second[held_out]
        loss = log_loss(truth, trees.predict_proba(known))
        for figure in range(values.shape[1]):
            shuffled = np.tile(known, (SHUFFLES, 1))
            shuffled[:, figure] = np.concatenate(
                [rng.permutation(known[:, figure]) for _ in range(SHUFFLES)]
            )
            proba = trees.predict_proba(shuffled)
            raised[figure] += log_loss(np.tile(truth, SHUFFLES), proba) - loss
    return raised / FOLDS / np.log(2)


def single_areas(values: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The area of each figure alone, in the better direction: (P, F), (P,) -> (F,).

    0.5 for a figure that is defined for less than MIN_DEFINED of either set.
    """
    areas = []
    for column in values.T:
        known = ~np.isnan(column)
        if min(known[second].mean(), known[~second].mean()) < MIN_DEFINED:
            areas.append(0.5)
            continue
        area = float(roc_auc_score(second[known], column[known]))
        areas.append(max(area, 1.0 - area))
    return np.array(areas)


def varies(values: np.ndarray) -> np.ndarray:
    """Whether each figure has two values or more: (P, F) -> (F,) bool."""
    return np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in values.T])


def _folds(second: np.ndarray, groups: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    return folds.split(np.zeros(len(second)), second, groups)
