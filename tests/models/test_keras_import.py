"""Keras is imported without what it needs for plots, data frames and scikit-learn alone."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import musicgen.training.worker.fit
assert not {"matplotlib", "pandas", "scipy", "sklearn"} & set(sys.modules)
import matplotlib, pandas, scipy.signal, sklearn
"""


@pytest.mark.keras
@pytest.mark.slow
def test_trainings_import_no_plots_or_data_frames_and_others_can_still() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
