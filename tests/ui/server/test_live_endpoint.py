"""What a watched run is asked for: answered for runs by their names, and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path
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


def asked(query: str) -> tuple[int, str]:
    """The status and the body of what the route answers."""
    (route,) = routes()
    path = "/Train/live"
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    response = route.endpoint(Request(scope | {"query_string": query.encode("latin-1")}))
    return response.status_code, bytes(response.body).decode()


def test_a_look_comes_back_from_its_query():
    view = View(EPOCHS, NATS, 0.25, True, False)
    for look in (LiveQuery(("a run",)), LiveQuery(("Études 🎹 & b=c", "b"), COMPARED, view)):
        assert LiveQuery.from_query(look.to_query()) == look


def test_figures_curves_and_how_it_stands():
    run = run_that_is(RUNNING, "mine")
    status, body = asked(LiveQuery(("mine",)).to_query())
    told = json.loads(body)
    assert status == 200
    assert [each["label"] for each in told["figures"]][:2] == ["Epoch", "Training, bits"]
    assert {"training", "validation"} <= {each["name"] for each in told["plots"][0]["curves"]}
    before = told["standing"]
    (run.folder / "status.json").write_text(json.dumps({"state": STOPPED}))
    assert json.loads(asked(LiveQuery(("mine",)).to_query())[1])["standing"] != before


def test_what_is_zoomed_into_has_more_points():
    run_that_is(RUNNING, "long", epochs=200)
    query = LiveQuery(("long",), view=View(smoothing=0.0)).to_query()

    def within(query: str) -> int:
        curve = json.loads(asked(query)[1])["plots"][0]["curves"][0]
        return sum(1 for x in curve["x"] if x is not None and 100 <= x <= 500)

    assert within(f"{query}&reach=0,100,500") > 2 * within(query) > 0


def test_runs_are_compared_on_one_plot():
    for name in ("one", "two"):
        run_that_is(STOPPED, name)
    told = json.loads(asked(LiveQuery(("one", "two"), COMPARED).to_query())[1])
    assert told["figures"] == [] and len(told["plots"]) == 1
    assert {"one", "two"} <= {each["name"].split(",")[0] for each in told["plots"][0]["curves"]}


@pytest.mark.parametrize("name", ["none", "../chorales", "/etc", "a/../chorales", "", ".", "a\0b"])
def test_what_is_no_run_is_not_found(name: str):
    assert asked(f"run={quote(name)}")[0] in (400, 404)
    assert name == "" or asked(f"run={quote(name)}")[0] == 404


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
        "run=chorales&reach=0,1",
        "run=chorales&reach=0,nan,1",
        "run=chorales&reach=x,0,1",
        "run=chorales&reach=0,1e999,1",
        "run=chorales&" + "&".join(["a=b"] * 2000),
        "run=" + "x" * 30_000,
        "run=%ff%fe",
    ],
)
def test_a_query_that_is_none_is_refused_and_nothing_breaks(query: str):
    assert asked(query)[0] in (400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "run=chorales&reach=",
        "run=chorales&reach=7,0,1",
        "run=chorales&reach=0,5,-5",
        "run=chorales&show=Nonsense",
    ],
)
def test_what_is_nowhere_to_be_seen_is_left_out(query: str):
    assert asked(query)[0] == 200


def test_the_address_is_below_the_studios_own(monkeypatch):
    assert [route.path for route in routes()] == ["/Train/live"]
    monkeypatch.setattr(live_endpoint.st, "get_option", {"server.baseUrlPath": "/studio/"}.get)
    assert [route.path for route in routes()] == ["/studio/Train/live"]
