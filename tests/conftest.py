"""Makes this folder importable: what several tests share lies beside this file."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("busy machine", deadline=None)  # others may be at work beside the tests
settings.load_profile("busy machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages first, then files with slow tests, then the many short ones.

    Streamlit collects garbage after each run of a page, which takes long once TensorFlow is there.
    A long file at the end would leave one worker with nothing to do.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.parent.name != "pages", item.path not in slow))


@pytest.fixture(autouse=True)
def _number_format_as_before() -> Iterator[None]:
    """Trainings set Keras's number format for their process, which here is that of the tests."""
    yield
    if keras := sys.modules.get("keras"):
        keras.config.set_dtype_policy("float32")
