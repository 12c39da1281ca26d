"""The metrics of a training as TensorBoard reads them: `tensorboard --logdir RUN_FOLDER`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

FOLDER = "tensorboard"  # in the run folder
_SCALARS = tf.compat.v1.SummaryMetadata(
    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"),
    data_class=1,  # a scalar
)


class TensorBoardLog:
    """Writer of scalar summaries; a failing disk ends the log and not the training."""

    def __init__(self, run_folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(run_folder / FOLDER))

    def add(self, kind: str, step: int, metrics: Mapping[str, Any]) -> None:
        """Write the numbers of a line of metrics; kind: `step` or `epoch`. step: batches."""
        with self._writer.as_default():
            for name, value in _scalars(metrics):
                value = tf.constant(value, tf.float32)
                tf.summary.write(f"{kind}/{name}", value, step, metadata=_SCALARS)
        self._writer.flush()


def _scalars(metrics: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    """Numbers by name, those of fields as `accuracy/pitch`."""
    found: list[tuple[str, float]] = []
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            found += _scalars(value, f"{prefix}{name}/")
        elif isinstance(value, int | float):
            found.append((f"{prefix}{name}", float(value)))
    return found
