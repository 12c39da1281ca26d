"""Makes this folder importable: what several tests share lies beside this file."""

import gc
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.models.checkpoints.shared_traces import SharedTraces

# Several tests run at once. Threads of OpenMP that wait for a core keep it busy meanwhile: the
# classifiers of scikit-learn took five times as long. An operation of TensorFlow that is divided
# among threads waits until each of them has had a core: a small one took a hundred times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

settings.register_profile("busy machine", deadline=None)  # others may be at work beside the tests
settings.load_profile("busy machine")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file all of whose tests are deselected: importing Keras takes seconds.

    That is known of files with one of the marks for all their tests, and of expressions such as
    `not slow and not keras`.
    """
    terms = (config.option.markexpr or "").split(" and ")
    marks = [term.removeprefix("not ") for term in terms if re.fullmatch(r"not \w+", term)]
    if collection_path.suffix != ".py" or not marks or len(marks) < len(terms):
        return None
    of_file = rf"^pytestmark = (\[[^]]*)?pytest\.mark\.({'|'.join(marks)})\b"
    return re.search(of_file, collection_path.read_text(), re.MULTILINE) is not None or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: at the end one worker would have them and the other nothing.

    Among them those that drive a browser are spread out: they wait for it most of the time, so the
    cores are busy when one of them runs beside others.
    """
    slow, waiting = (
        list({item.path: None for item in items if any(map(item.get_closest_marker, marks))})
        for marks in (("slow", "keras"), ("browser",))
    )
    computing = [path for path in slow if path not in waiting]
    place = {path: number for number, path in enumerate(computing)}
    apart = len(computing) / max(len(waiting), 1)
    place |= {path: number * apart - 0.5 for number, path in enumerate(waiting)}
    last = len(place)
    items.sort(key=lambda item: place.get(item.path, last))


@pytest.fixture(autouse=True, scope="session")
def _home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Home folder of all tests that do not set their own: never that of a person."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(tmp_path_factory.mktemp("home-of-the-tests")))
        yield


@pytest.fixture(autouse=True, scope="session")
def shared_traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedTraces]:
    """Step graphs are traced once for all tests of a run, in whatever worker."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of the run; the base is of this worker
    traces = folder / "shared-traces"
    traces.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        shared = SharedTraces(patch, traces)
        shared.share_those_of_processes()
        yield shared


@pytest.fixture(autouse=True)
def _shared_traces_of_trainings(shared_traces: SharedTraces) -> None:
    """So are those that trainings in the process of the tests need, once Keras is imported."""
    shared_traces.share_those_of_trainings()


@pytest.fixture(autouse=True)
def _number_format_as_before() -> Iterator[None]:
    """Trainings set Keras's number format for their process, which here is that of the tests."""
    yield
    if keras := sys.modules.get("keras"):
        keras.config.set_dtype_policy("float32")


@pytest.fixture(scope="module")
def frozen_garbage() -> Iterator[None]:
    """Exclude objects of other tests, such as TensorFlow's, from garbage collection.

    Streamlit collects after each run of a page, which took twice the time of the page itself.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def eager_tensorflow() -> Iterator[None]:
    """Run TensorFlow without graphs: one or two batches take longer to trace than to run."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
