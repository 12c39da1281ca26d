"""The endpoint `/Train/live`: metrics and curves of runs as JSON, polled by the browser."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from musicgen.errors import MusicgenError
from musicgen.paths import BadName
from musicgen.training.run_folder.metrics import Metrics
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.results import reference_levels
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import QUEUED, Status
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.text import format_duration, format_progress, step_word
from musicgen.ui.train import plots, runs
from musicgen.ui.train.curves import Plot
from musicgen.ui.train.live_query import COMPARED, FIELDS, LOSS, PLOTTED, SPEED, LiveQuery
from musicgen.ui.train.plots import View

POLL_SECONDS = 2.0  # while a run is alive
IDLE_POLL_SECONDS = 10.0  # while it is not: another page may resume it
MAX_NOTE_CHARACTERS = 400
STALE_EPOCHS = 5  # epochs without a better validation loss that the note mentions
SPEED_PLOT_PIXELS = 220  # height of each of the plots below one another


@dataclass(frozen=True)
class Metric:
    """One metric above the curves."""

    label: str
    value: str
    below: str = ""  # small print


def routes() -> list[Route]:
    """Return the route of the endpoint, below the server's base path if it has one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return [Route(f"{'/' if base else ''}{base}/Train/live", _respond)]


def _respond(request: Request) -> Response:
    """Answer a request; not async, so that Starlette reads the files in a thread."""
    try:
        return JSONResponse(live_answer(LiveQuery.from_query(request.url.query)))
    except (UnknownRun, BadName) as error:
        return PlainTextResponse(str(error), 404)
    except MusicgenError as error:
        return PlainTextResponse(str(error), 400)


def live_answer(query: LiveQuery) -> dict[str, Any]:
    """Return what live.js draws; UnknownRun or BadName when a run is missing or unreadable."""
    queried = [find_run(name) for name in query.runs]
    answer: dict[str, Any] = {"metrics": [], "note": "", "beside": query.show == FIELDS}
    if query.show == COMPARED:
        plots = [_comparison(queried, query.view)]
    else:
        run, settings = queried[0], queried[0].settings
        status = run.status()
        answer |= {"metrics": _metrics(settings, status), "note": _note(settings, status)}
        plots = _plots(query, run, settings) if query.show in PLOTTED else []
    revision = f"{query.runs} {query.show} {query.view.axis} {query.view.unit}"
    answer["plots"] = [
        plot.to_json(f"{revision} {index}", query.zooms.get(index))
        for index, plot in enumerate(plots)
    ]
    return answer | {"stateKey": state_key(queried, query.show)}


def state_key(queried: Sequence[Run], show: str) -> str:
    """Return a text that changes when text, buttons or tables around the curves must change."""
    return repr([_state(run, run.status(), show) for run in queried])


def _state(run: Run, status: Status, show: str) -> tuple[Any, ...]:
    if show == COMPARED:  # the table of results shows the epoch
        return run.name, status.state, status.epoch
    place = place_in_queue(run) if status.state == QUEUED else 0
    return status.state, status.message, runs.has_checkpoint(run), has_curve(run, show), place


def has_curve(run: Run, show: str) -> bool:
    """Return whether a curve has its first point."""
    metrics = runs.metrics_of(run)
    return len(metrics.epochs if show == FIELDS else metrics.steps) > 0


def place_in_queue(run: Run) -> int:
    """Return the number of trainings that come before it."""
    from musicgen.training.worker import process  # a large import that is seldom needed

    return process.place_in_queue(run)


def _metrics(settings: RunSettings, status: Status) -> list[dict[str, str]]:
    best = ""
    if status.best_valid_loss is not None:
        best = f"best {status.best_valid_loss:.2f}, epoch {status.best_epoch}"
    minutes = settings.train.minutes
    limit = f"asked for {format_duration(60 * minutes)}" if minutes else ""
    row = (
        Metric("Epoch", runs.format_epoch(status, minutes)),
        Metric("Training, bits", runs.format_bits(status.loss)),
        Metric("Validation, bits", runs.format_bits(status.valid_loss), best),
        Metric("Trained for", format_progress(status.seconds), limit),
        Metric("Predictions", runs.format_rate(status.steps_per_second)),
        Metric("Time left", runs.format_time_left(status)),
    )
    return [asdict(metric) for metric in row]


def _note(settings: RunSettings, status: Status) -> str:
    """Return the line below the metrics."""
    parameters = f"{status.parameters:,} parameters · " if status.parameters else ""
    device = f"{status.device} · " if status.device else ""
    note = f"{parameters}{device}{settings.source} · {settings.encoding}"
    if status.epoch - status.best_epoch >= STALE_EPOCHS and status.best_epoch:
        note += f" · no better since epoch {status.best_epoch}, which is what composing uses"
    return note[:MAX_NOTE_CHARACTERS]


def _plots(query: LiveQuery, run: Run, settings: RunSettings) -> list[Plot]:
    """Return the plots of a view; none before the first point."""
    if not has_curve(run, query.show):
        return []
    token = step_word(settings.encoding)
    view, metrics = query.view, runs.metrics_of(run)
    if query.show == LOSS:
        levels = reference_levels(run.folder) if view.references else {}
        return [plots.loss_plot(metrics, view, token, levels)]
    if query.show == SPEED:
        return _speed_plots(metrics, view)
    y_labels = {"accuracy": "accuracy", "bits": f"bits a {token}"}
    return [plots.field_plot(metrics, name, y_label, view) for name, y_label in y_labels.items()]


def _speed_plots(metrics: Metrics, view: View) -> list[Plot]:
    columns = [("steps_per_second", "predictions a second", 1.0)]
    columns.append(("learning_rate", "learning rate", 1.0))
    if (metrics.steps["gpu_memory"] > 0).any():
        columns.append(("gpu_memory", "GPU memory, MiB", 2.0**-20))
    return [
        plots.step_plot(metrics, name, y_label, view, factor, height=SPEED_PLOT_PIXELS)
        for name, y_label, factor in columns
    ]


def _comparison(compared: Sequence[Run], view: View) -> Plot:
    tokens = set()
    for run in compared:
        with suppress(UnknownRun):  # one that cannot be read has no curve
            tokens.add(step_word(run.settings.encoding))
    token = tokens.pop() if len(tokens) == 1 else "step"
    metrics = [(run.name, runs.metrics_of(run)) for run in compared]
    return plots.comparison_plot(metrics, view, token)
