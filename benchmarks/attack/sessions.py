"""Eight browser sessions at once on all pages for minutes, beside a training.

Each round all sessions do something at the same time, each on a page and with a choice of its own.
No page may show an error or the state of another session, and the server's memory after the second
half of the rounds is within MAX_GROWTH of that after the first half. Needs Chromium.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil

from benchmarks.attack.attack import Attack, Case, Failed
from benchmarks.attack.trainings import make_run, start_training
from benchmarks.shared.chromium import Page, chromium
from benchmarks.shared.server import IDLE, server

SESSIONS = 8
ROUND_SECONDS = 30.0
MAX_GROWTH = 0.05
TRAINING = "background"
COLLECTIONS = ("bach-chorales", "ryans-mammoth", "string-quartets")
VIEWS = ("Parts", "Rhythm", "Playing", "Vocabulary", "Pieces")  # the default is not in addresses
ERRORS = "[...document.querySelectorAll('[data-testid=stException]')].map((e) => e.innerText)[0]"
ADDRESS = "window.location.search"


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """`count` rounds of ROUND_SECONDS, then the comparison of the server's memory."""
    choices, memory = random.Random(seed), list[int]()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["MUSICGEN_HOME"] = str(home)
        training = start_training(make_run(home, TRAINING))
        stack.callback(training.wait)
        stack.callback(training.kill)
        url, pid = stack.enter_context(server(home))
        browser = stack.enter_context(chromium())
        pages = [stack.enter_context(browser.page()) for _ in range(SESSIONS)]
        for number in range(count):
            yield f"round {number}", partial(_round, pages, url, choices, pid, memory)
        yield "memory", partial(_compare_memory, memory)


def _round(
    pages: Sequence[Page], url: str, choices: random.Random, pid: int, memory: list[int]
) -> str:
    started = time.monotonic()
    queries = [choices.choice((_data, _train, _compose))(choices) for _ in pages]
    for page, query in zip(pages, queries, strict=True):
        page.goto(f"{url}/{query}")
    composed = []
    for page, query in zip(pages, queries, strict=True):
        _wait_and_check(page)
        if query.startswith("Compose"):
            page.click("[data-testid=stBaseButton-primary]", "Compose")
            composed.append(page)
        elif any(part not in page.evaluate(ADDRESS) for part in query.partition("?")[2].split("&")):
            raise Failed(f"{query} has become {page.evaluate(ADDRESS)}")
    for page in composed:
        page.wait(f"{ADDRESS}.includes('piece=')")
        _wait_and_check(page)
    addresses = [page.evaluate(ADDRESS) for page in composed]
    if len(set(addresses)) != len(addresses):
        raise Failed(f"two sessions show one piece: {addresses}")
    memory.append(psutil.Process(pid).memory_info().rss)
    time.sleep(max(0.0, ROUND_SECONDS - (time.monotonic() - started)))
    return "no error"


def _data(choices: random.Random) -> str:
    return f"Data?collection={choices.choice(COLLECTIONS)}&view={choices.choice(VIEWS)}"


def _train(choices: random.Random) -> str:
    return choices.choice(("Train", "Train?show=Compare", f"Train?run={TRAINING}"))


def _compose(choices: random.Random) -> str:
    return f"Compose?model={choices.choice(('chorales', 'fiddle', 'quartets'))}"


def _wait_and_check(page: Page) -> None:
    page.wait_for(IDLE)
    if error := page.evaluate(ERRORS):
        raise Failed(str(error)[:400])


def _compare_memory(memory: Sequence[int]) -> str:
    """Compare the largest resident memory of the two halves of the rounds."""
    half = len(memory) // 2
    first, second = max(memory[:half]), max(memory[half:])
    megabytes = f"{first >> 20:,} MiB after the first half, {second >> 20:,} after the second"
    if second > first * (1 + MAX_GROWTH):
        raise Failed(f"{megabytes}: {[value >> 20 for value in memory]}")
    return megabytes


ATTACK = Attack(
    "sessions",
    "no error, no state that crosses, no memory that grows in eight sessions for half an hour",
    count=60,
    sample=2,
    cases=cases,
)
