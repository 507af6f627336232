"""What people tell many runs reaches each of them by one reader, in order, whatever becomes of the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis

from ide.engines.bus import Control, Input, WorkerBus, controls_key
from tests.workers.transcript import wait_until
from workers.controls import Controls

RUNS = [f"run{number}" for number in range(30)]


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def bus(redis_url: str) -> Iterator[WorkerBus]:
    bus = WorkerBus(redis_url)
    yield bus
    bus.close()


def tell(client: redis.Redis, run: str, words: str) -> None:
    client.xadd(controls_key(run), {"control": Input(data=words).model_dump_json()})


class Heard(list[str]):
    """What a run was told."""

    def obey(self, control: Control) -> None:
        assert isinstance(control, Input)
        self.append(control.data)


def test_one_reader_hears_for_all_runs_what_was_said_before_and_after(client: redis.Redis, bus: WorkerBus) -> None:
    controls = Controls(bus, "worker")
    heard = {run: Heard() for run in RUNS}
    tell(client, RUNS[0], "early")
    threads = threading.active_count()
    with ExitStack() as others:
        with controls.heard_by(RUNS[0], heard[RUNS[0]].obey):
            for run in RUNS[1:]:
                others.enter_context(controls.heard_by(run, heard[run].obey))
            assert threading.active_count() == threads + 1
            for word in ("a", "b"):
                for run in RUNS:
                    tell(client, run, word)
            wait_until(lambda: all(len(words) >= 2 for words in heard.values()))
            wait_until(lambda: len(heard[RUNS[0]]) == 3)
        assert heard[RUNS[0]] == ["early", "a", "b"]
        assert all(heard[run] == ["a", "b"] for run in RUNS[1:])
        tell(client, RUNS[0], "late")
        tell(client, RUNS[1], "c")
        wait_until(lambda: heard[RUNS[1]] == ["a", "b", "c"])
        assert heard[RUNS[0]] == ["early", "a", "b"]


def test_what_makes_no_sense_and_a_run_that_fails_silence_nobody(client: redis.Redis, bus: WorkerBus) -> None:
    controls = Controls(bus, "worker")
    heard = Heard()

    def fail(control: Control) -> None:
        raise ZeroDivisionError

    client.xadd(controls_key("good"), {"control": "{}"})
    client.xadd(controls_key("good"), {"other": ""})
    with controls.heard_by("bad", fail), controls.heard_by("good", heard.obey):
        tell(client, "bad", "x")
        tell(client, "good", "x")
        wait_until(lambda: heard == ["x"])
        tell(client, "good", "y")
        wait_until(lambda: heard == ["x", "y"])


def test_it_hears_again_after_its_connection_was_cut(client: redis.Redis, bus: WorkerBus) -> None:
    controls = Controls(bus, "worker")
    heard = Heard()
    with controls.heard_by("run", heard.obey):
        tell(client, "run", "before")
        wait_until(lambda: heard == ["before"])
        client.client_kill_filter(_type="normal", skipme=True)
        tell(client, "run", "after")
        wait_until(lambda: heard == ["before", "after"])
