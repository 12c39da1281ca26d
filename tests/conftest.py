"""Makes this folder importable: what several tests share lies beside this file."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("busy machine", deadline=None)  # others may be at work beside the tests
settings.load_profile("busy machine")


@pytest.fixture(autouse=True)
def _number_format_as_before() -> Iterator[None]:
    """Trainings set Keras's number format for their process, which here is that of the tests."""
    yield
    if keras := sys.modules.get("keras"):
        keras.config.set_dtype_policy("float32")
