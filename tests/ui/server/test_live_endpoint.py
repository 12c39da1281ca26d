"""The endpoint `/Train/live`: answers for runs by their names, and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.requests import Request

from musicgen.training.run_folder.status import RUNNING, STOPPED
from musicgen.ui.server import live_endpoint
from musicgen.ui.server.live_endpoint import routes
from musicgen.ui.train.live_query import COMPARED, LiveQuery
from musicgen.ui.train.plots import EPOCHS, NATS, View
from tests.helpers.example_runs import run_that_is


@pytest.fixture(autouse=True)
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))


def request(query: str) -> tuple[int, str]:
    """Return the status code and the body of the route's response."""
    (route,) = routes()
    path = "/Train/live"
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    response = route.endpoint(Request(scope | {"query_string": query.encode("latin-1")}))
    return response.status_code, bytes(response.body).decode()


def answer_to(query: LiveQuery) -> dict[str, Any]:
    status, body = request(query.to_query())
    assert status == 200
    return json.loads(body)


def test_a_query_is_parsed_back():
    view = View(EPOCHS, NATS, 0.25, True, False)
    for query in (LiveQuery(("a run",)), LiveQuery(("Études 🎹 & b=c", "b"), COMPARED, view)):
        assert LiveQuery.from_query(query.to_query()) == query


def test_the_answer_holds_metrics_curves_and_a_key_of_the_state():
    run = run_that_is(RUNNING, "mine")
    answer = answer_to(LiveQuery(("mine",)))
    assert [metric["label"] for metric in answer["metrics"]][:2] == ["Epoch", "Training, bits"]
    assert {"training", "validation"} <= {curve["name"] for curve in answer["plots"][0]["curves"]}
    before = answer["stateKey"]
    (run.folder / "status.json").write_text(json.dumps({"state": STOPPED}))
    assert answer_to(LiveQuery(("mine",)))["stateKey"] != before


def test_the_zoomed_part_has_more_points():
    run_that_is(RUNNING, "long", epochs=200)
    query = LiveQuery(("long",), view=View(smoothing=0.0)).to_query()

    def points_within(query: str) -> int:
        curve = json.loads(request(query)[1])["plots"][0]["curves"][0]
        return sum(1 for x in curve["x"] if x is not None and 100 <= x <= 500)

    assert points_within(f"{query}&zoom=0,100,500") > 2 * points_within(query) > 0


def test_runs_are_compared_on_one_plot():
    for name in ("one", "two"):
        run_that_is(STOPPED, name)
    answer = answer_to(LiveQuery(("one", "two"), COMPARED))
    assert answer["metrics"] == [] and len(answer["plots"]) == 1
    assert {"one", "two"} <= {curve["name"].split(",")[0] for curve in answer["plots"][0]["curves"]}


@pytest.mark.parametrize("name", ["none", "../chorales", "/etc", "a/../chorales", "", ".", "a\0b"])
def test_the_name_of_no_run_is_not_found(name: str):
    assert request(f"run={quote(name)}")[0] in (400, 404)
    assert name == "" or request(f"run={quote(name)}")[0] == 404


def test_a_run_that_cannot_be_read_is_not_found_and_the_answer_says_why():
    run = run_that_is(STOPPED, "damaged")
    (run.folder / "run.json").write_text('{"name": 3')
    status, body = request("run=damaged")
    assert status == 404 and "damaged" in body


@pytest.mark.parametrize(
    "query",
    [
        "",
        "show=Loss",
        "run=chorales&run=fiddle",
        "run=chorales&axis=none",
        "run=chorales&unit=%00",
        "run=chorales&smoothing=nan",
        "run=chorales&smoothing=inf",
        "run=chorales&smoothing=x",
        "run=chorales&zoom=0,1",
        "run=chorales&zoom=0,nan,1",
        "run=chorales&zoom=x,0,1",
        "run=chorales&zoom=0,1e999,1",
        "run=chorales&" + "&".join(["a=b"] * 2000),
        "run=" + "x" * 30_000,
        "run=%ff%fe",
    ],
)
def test_an_invalid_query_is_refused(query: str):
    assert request(query)[0] in (400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "run=chorales&zoom=",
        "run=chorales&zoom=7,0,1",
        "run=chorales&zoom=0,5,-5",
        "run=chorales&show=Nonsense",
    ],
)
def test_an_unknown_view_or_plot_is_left_out(query: str):
    assert request(query)[0] == 200


def test_the_path_lies_below_the_servers_base_path(monkeypatch):
    assert [route.path for route in routes()] == ["/Train/live"]
    monkeypatch.setattr(live_endpoint.st, "get_option", {"server.baseUrlPath": "/music/"}.get)
    assert [route.path for route in routes()] == ["/music/Train/live"]
