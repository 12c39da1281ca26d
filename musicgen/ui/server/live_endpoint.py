"""What a browser that looks at runs asks for every few seconds: figures, curves, how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from musicgen.paths import BadName
from musicgen.training.run_folder.metrics import Metrics
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import QUEUED, Status
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.text import format_duration
from musicgen.ui.train import plots, runs
from musicgen.ui.train.control import has_checkpoint
from musicgen.ui.train.curves import Plot
from musicgen.ui.train.evaluation import reference_levels
from musicgen.ui.train.live_query import COMPARED, FIELDS, LOSS, PLOTTED, SPEED, LiveQuery
from musicgen.ui.train.plots import View

POLL_SECONDS = 2.0  # seconds between two looks at a run that is alive
IDLE_POLL_SECONDS = 10.0  # at one that is not: another page may have it go on
MAX_NOTE_CHARACTERS = 400  # characters
NO_BETTER_EPOCHS = 5  # epochs without a better validation that are worth a word
LOW_PLOT_PIXELS = 220  # pixels, of one plot below another


@dataclass(frozen=True)
class Figure:
    """What it is, how much, and a smaller word below."""

    label: str
    value: str
    below: str = ""


def routes() -> list[Route]:
    """The address `live` below the Train page, also where the studio itself is below one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return [Route(f"{'/' if base else ''}{base}/Train/live", _respond)]


def _respond(request: Request) -> Response:
    """Starlette runs it in a thread of its own, for it reads files."""
    try:
        return JSONResponse(live_answer(LiveQuery.from_query(request.url.query)))
    except (UnknownRun, BadName) as problem:
        return PlainTextResponse(str(problem), 404)
    except ValueError as problem:
        return PlainTextResponse(str(problem), 400)


def live_answer(look: LiveQuery) -> dict[str, Any]:
    """What `live.js` draws; UnknownRun or BadName where a run is not there."""
    looked_at = [find_run(name) for name in look.runs]
    shown: dict[str, Any] = {"figures": [], "note": "", "beside": look.which == FIELDS}
    if look.which == COMPARED:
        plots = [_comparison(looked_at, look.view)]
    else:
        run, settings = looked_at[0], looked_at[0].settings
        status = run.status()
        shown |= {"figures": _figures(settings, status), "note": _note(settings, status)}
        plots = _plots(look, run, settings) if look.which in PLOTTED else []
    revision = f"{look.runs} {look.which} {look.view.axis} {look.view.unit}"
    shown["plots"] = [
        plot.to_json(f"{revision} {place}", look.reaches.get(place))
        for place, plot in enumerate(plots)
    ]
    return shown | {"standing": state_key(looked_at, look.which)}


def state_key(looked_at: Sequence[Run], which: str) -> str:
    """What decides about the words, the buttons and the tables around the figures and curves."""
    return repr([_state_of(run, run.status(), which) for run in looked_at])


def _state_of(run: Run, status: Status, which: str) -> tuple[Any, ...]:
    if which == COMPARED:  # its table says more
        return run.name, status.state, status.epoch
    place = place_in_queue(run) if status.state == QUEUED else 0
    return status.state, status.message, has_checkpoint(run), has_curve(run, which), place


def has_curve(run: Run, which: str) -> bool:
    """Whether there is a first point."""
    metrics = runs.metrics_of(run)
    return len(metrics.epochs if which == FIELDS else metrics.steps) > 0


def place_in_queue(run: Run) -> int:
    """How many trainings come before it."""
    from musicgen.training.worker import process  # seldom needed, and it brings much with it

    return process.place_in_queue(run)


def _figures(settings: RunSettings, status: Status) -> list[dict[str, str]]:
    best = ""
    if status.best_valid_loss is not None:
        best = f"best {status.best_valid_loss:.3f}, epoch {status.best_epoch}"
    minutes = settings.train.minutes
    row = (
        Figure("Epoch", runs.how_far(status, minutes)),
        Figure("Training, bits", runs.bits(status.loss)),
        Figure("Validation, bits", runs.bits(status.valid_loss), best),
        Figure(
            "Trained for",
            format_duration(status.seconds),
            f"of {format_duration(60 * minutes)}" if minutes else "",
        ),
        Figure("Predictions", runs.rate(status.steps_per_second)),
        Figure("Time left", runs.left(status)),
    )
    return [asdict(figure) for figure in row]


def _note(settings: RunSettings, status: Status) -> str:
    """A line below the figures."""
    parameters = f"{status.parameters:,} parameters · " if status.parameters else ""
    device = f"{status.device} · " if status.device else ""
    note = f"{parameters}{device}{settings.source} · {settings.encoding}"
    if status.epoch - status.best_epoch >= NO_BETTER_EPOCHS and status.best_epoch:
        note += f" · no better since epoch {status.best_epoch}, which is what composing uses"
    return note[:MAX_NOTE_CHARACTERS]


def _plots(look: LiveQuery, run: Run, settings: RunSettings) -> list[Plot]:
    """None where there is no first point yet."""
    if not has_curve(run, look.which):
        return []
    token = "note" if settings.encoding == "events" else "token"
    view, metrics = look.view, runs.metrics_of(run)
    if look.which == LOSS:
        levels = reference_levels(run) if view.references else {}
        return [plots.loss_plot(metrics, view, token, levels)]
    if look.which == SPEED:
        return _speed(metrics, view)
    shown = {"accuracy": "accuracy", "bits": f"bits a {token}"}
    return [plots.field_plot(metrics, what, up, view) for what, up in shown.items()]


def _speed(metrics: Metrics, view: View) -> list[Plot]:
    shown = [("steps_per_second", "predictions a second", 1.0)]
    shown.append(("learning_rate", "learning rate", 1.0))
    if (metrics.steps["gpu_memory"] > 0).any():
        shown.append(("gpu_memory", "GPU memory, MiB", 2.0**-20))
    return [
        plots.step_plot(metrics, name, up, view, factor, height=LOW_PLOT_PIXELS)
        for name, up, factor in shown
    ]


def _comparison(compared: Sequence[Run], view: View) -> Plot:
    return plots.comparison_plot([(run.name, runs.metrics_of(run)) for run in compared], view)
