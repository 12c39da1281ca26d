"""Keras is imported without what it needs for plots and scikit-learn alone."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import musicgen.training.worker.fit
assert not {"matplotlib", "sklearn"} & set(sys.modules)
import matplotlib, sklearn
"""


@pytest.mark.keras
@pytest.mark.slow
def test_trainings_import_no_plots_and_others_can_still() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
