"""Long searches: Ctrl-C, time limits, progress, other threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from fractions import Fraction

import pytest
import smfg

from conftest import ROOT

# A game whose range takes minutes: dynamics that depend on the population.
LONG = "models/susceptible_infected_51.toml"

PROGRAM = f"""
import os, signal, threading, time
import smfg

# A process that was started in the background inherits that interrupts are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
game = smfg.load({LONG!r})
threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
start = time.monotonic()
try:
    smfg.range(game, of="mu[infected]@50", epsilon="1/10", gap=0)
    print("finished")
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - start - 1.5)
"""


def test_ctrl_c_raises_within_a_second():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    word, _, late = done.stdout.strip().partition(" ")
    assert word == "interrupted", done.stdout + done.stderr
    assert float(late) < 1.0


def test_a_time_limit_returns_proved_bounds():
    start = time.monotonic()
    found = smfg.range(ROOT / LONG, of="mu[infected]@50", epsilon="1/10", gap=0, time_limit=2)
    assert time.monotonic() - start < 30
    assert found.status == "limit" and found.termination == "time_limit"
    assert 0 <= found.least.lower <= found.greatest.upper <= 1
    assert smfg.check(ROOT / LONG, found.certificate)


def test_progress_is_told_from_the_calling_thread():
    seen = []
    smfg.range(
        ROOT / LONG,
        of="mu[infected]@50",
        epsilon="1/10",
        gap=0,
        time_limit=3,
        progress=lambda state: seen.append((threading.get_ident(), state)),
    )
    assert seen and all(thread == threading.get_ident() for thread, _ in seen)
    assert all(isinstance(state, smfg.Progress) and state.decisions == 1 for _, state in seen)


def test_what_a_callback_raises_stops_the_search():
    def refuse(state):
        raise LookupError(state.stage)

    start = time.monotonic()
    with pytest.raises(LookupError):
        smfg.range(
            ROOT / LONG, of="mu[infected]@50", epsilon="1/10", gap=0, time_limit=20, progress=refuse
        )
    assert time.monotonic() - start < 15


def test_other_threads_run_meanwhile():
    counted = [0]
    stop = threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.01)

    thread = threading.Thread(target=count)
    thread.start()
    smfg.range(ROOT / LONG, of="mu[infected]@50", epsilon="1/10", gap=0, time_limit=2)
    stop.set()
    thread.join()
    assert counted[0] > 20


def test_two_searches_at_the_same_time(models):
    answers = {}

    def ask(selection):
        answers[selection] = smfg.solve(models / "adoption.toml", selection=selection).value.number

    threads = [
        threading.Thread(target=ask, args=(selection,))
        for selection in ("pessimistic", "optimistic")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"pessimistic": Fraction(17, 20), "optimistic": Fraction(3, 2)}


FORKED = """
import os
import smfg

def value():
    return smfg.solve("models/adoption.toml").value.number

first = value()
if hasattr(os, "fork"):
    # A fork has none of its parent's threads, and must not wait for them.
    child = os.fork()
    if child == 0:
        os._exit(0 if value() == first else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0, status
print(value() == first)
"""


def test_calls_after_a_fork():
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "True", done.stdout + done.stderr
