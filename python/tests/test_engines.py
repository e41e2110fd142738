"""A sweep on two workers of Dask and of Ray, one of which is killed; then everything is gathered.

``scripts/test-engines`` installs both engines into an environment of their own and runs this.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from conftest import ROOT

GAME = ROOT / "models" / "epidemic_menu.toml"
POINTS, SHARES = 240, 4
#: Seconds after which something must have happened, on a slow machine too.
PATIENCE = 300


def program() -> list[str]:
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    built = Path(os.environ.get("SMFG", ROOT / target / "release" / "smfg"))
    return [str(built)] if built.exists() else [sys.executable, "-m", "smfg"]


def share_of(folder: Path, started: Path) -> Callable[[int], int]:
    """What workers are sent, by value: it runs the program on one share, and says who runs it."""
    asked = ["--epsilon", "0:1/100", "--points", str(POINTS), "--out", str(folder)]
    command = [*program(), "sweep", str(GAME), *asked, "--threads", "1", "--quiet", "--shard"]
    names, shares = str(started), SHARES

    def share(index: int) -> int:
        import os
        import subprocess

        run = subprocess.Popen([*command, f"{index}/{shares}"], stdout=subprocess.DEVNULL)
        path = f"{names}/{index}-{run.pid}"
        with open(path + ".new", "w") as file:
            file.write(str(os.getpid()))
        os.rename(path + ".new", path)
        return run.wait()

    return share


def kill_a_worker(folder: Path, started: Path) -> int:
    """Ends the process of a worker in the middle of a share, and its program; tells the share."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done = {
            int(path.stem.partition("-")[2]) % SHARES + 1 for path in folder.glob("point-*.json")
        }
        for path in started.glob("[0-9]*-*[0-9]"):
            index, run = map(int, path.name.split("-"))
            worker = int(path.read_text())
            if index in done and Path(f"/proc/{run}").exists():
                os.kill(worker, signal.SIGKILL)
                os.kill(run, signal.SIGKILL)
                return index
        time.sleep(0.005)
    raise AssertionError("no worker was seen at work")


def gathered(folder: Path) -> tuple[int, dict]:
    command = [*program(), "gather", str(folder), "--game", str(GAME), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def with_dask(
    share: Callable[[int], int], while_working: Callable[[], int]
) -> tuple[list[int], int]:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        futures = client.map(share, range(1, SHARES + 1), pure=False, retries=2)
        killed = while_working()
        return client.gather(futures), killed


def with_ray(
    share: Callable[[int], int], while_working: Callable[[], int]
) -> tuple[list[int], int]:
    pytest.importorskip("ray.remote_function", reason="Ray is not installed")
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        remote = ray.remote(num_cpus=1, max_retries=2)(share)
        futures = [remote.remote(index) for index in range(1, SHARES + 1)]
        killed = while_working()
        return ray.get(futures, timeout=PATIENCE), killed
    finally:
        ray.shutdown()


@pytest.mark.parametrize("engine", [with_dask, with_ray], ids=["dask", "ray"])
def test_a_worker_is_killed_and_all_is_gathered(engine, tmp_path):
    folder, started = tmp_path / "points", tmp_path / "started"
    folder.mkdir()
    started.mkdir()
    returned, killed = engine(share_of(folder, started), lambda: kill_a_worker(folder, started))
    assert returned == [0] * SHARES
    # The share of the worker that died was begun again, by another process.
    assert len(list(started.glob(f"{killed}-*"))) >= 2

    status, answer = gathered(folder)
    assert status == 0 and answer["complete"], answer
    assert len(answer["points"]) == POINTS
    for point in answer["points"]:
        eps = Fraction(point["at"])
        # Closed form at the tax 3/5, models/README.md.
        right = 0.2 - 5 / 16 * (math.sqrt(0.16 + 3.2 * eps) - 0.4) ** 2
        assert (
            float(Fraction(point["lower"])) - 1e-9
            <= right
            <= float(Fraction(point["upper"])) + 1e-9
        )

    # A worker that returns another point's certificate is caught.
    shutil.copyfile(folder / "point-00001.cert", folder / "point-00002.cert")
    status, answer = gathered(folder)
    assert status == 1 and answer["refused"] == [2]
