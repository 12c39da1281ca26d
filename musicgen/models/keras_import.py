"""Imports Keras, on TensorFlow: processes that use it import this module before all others.

Keras would also import scikit-learn, Matplotlib, pandas and SciPy, where they are installed, for
wrappers, plots, data frames and images that nothing here uses: two fifths of the time. While Keras
is imported, they cannot be.
"""

from __future__ import annotations

import os
import sys

UNUSED = ("matplotlib", "pandas", "scipy", "sklearn")

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
_hidden = [name for name in UNUSED if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment]  # an import raises ImportError
try:
    import keras as keras
finally:
    for _name in _hidden:
        del sys.modules[_name]
