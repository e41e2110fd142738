#!/usr/bin/env python3
"""Calls with a checkpoint that are killed at random moments, or find the disk full: a table.

    python3 benches/kills.py [--kills 100] [--fills 20] [--every SECONDS] [--seed N] [CASE ...]

After `cargo build --release`; SMFG names another program. Each case is a call that takes a while.
It runs once without a checkpoint, once with one, and then with one and SIGKILL at moments drawn
uniformly from 0 to twice --every, again and again until it ends. What was worked in all killed runs
together beyond the run with a checkpoint is repeated. Moments and work are measured in processor
time, which does not depend on what else the machine does. Kills are shared among the cases.

Full disks: a file system of 256 KiB in memory holds the checkpoint and the certificate, and is
filled to the last byte at a random moment of the run; mounting it needs root. The answer must be
printed all the same.
"""

import argparse
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

from overshoot import SMFG, generate, leaders, sizes

def cases(folder):
    general = ["mean-field", "--interaction", "general", "--aggregates"]
    dynamics = ["mean-field", "--interaction", "dynamics", "--aggregates"]
    boxes = generate(folder, "boxes", *general, "5", *sizes(6, 8, 3), "--seed", "1")
    lifted = generate(folder, "lifted", *dynamics, "4", *sizes(4, 5, 2), "--seed", "2")
    menu = generate(folder, "menu", *general, "5", *sizes(8, 10, 3), "--decisions", "3")
    small = generate(folder, "small", *general, "3", *sizes(4, 5, 3), "--decisions", "3")
    affine = generate(folder, "affine", *general, "2", *sizes(5, 5, 3), "--seed", "3")
    return {
        "boxes": ["solve", boxes, "--epsilon", "1/200"],
        "lifted": ["solve", lifted, "--epsilon", "1/50"],
        "menu": ["range", menu, "--decision", "d0", "--epsilon", "1/100"],
        "prices": ["solve", leaders(folder, 4), "--epsilon", "1/100", "--gap", "1/100"],
        "sweep": ["sweep", small, "--epsilon", "0:1/10", "--width", "1/2000"],
        "equilibria": ["equilibria", affine],
    }


class Run:
    """A call that has ended: its output, status, wall time and processor time."""

    def __init__(self, arguments, kill_after=None):
        start = time.monotonic()
        one = [] if arguments[0] == "equilibria" else ["--threads", "1"]
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = subprocess.Popen([SMFG, *arguments, *one], stdout=out, stderr=err)
            while kill_after is not None and child.poll() is None:
                if worked(child.pid) >= kill_after:
                    child.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.02)
            self.status = child.wait()
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read(), err.read()
        self.killed = self.status == -signal.SIGKILL
        self.wall = time.monotonic() - start


def worked(process):
    """Processor time of a process that runs, in seconds."""
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def processor():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(arguments, kill_after=None):
    before = processor()
    run = Run(arguments, kill_after)
    return run, processor() - before


# What differs from run to run and is no part of a claim.
TIMES = ("seconds", "statistics", "certificate", "checked", "bytes", "inductions", "vertices")


def claim(out):
    """The numbers that an answer claims, without times and counts."""

    def kept(value):
        if isinstance(value, dict):
            return {
                key: kept(entry)
                for key, entry in value.items()
                if not any(word in key for word in TIMES)
            }
        return [kept(entry) for entry in value] if isinstance(value, list) else value

    return kept(json.loads(out))


def bounds(out):
    """Lower and upper bounds in an answer, in the order of their appearance."""
    found = []

    def look(value):
        if isinstance(value, dict):
            if "lower" in value and "upper" in value:
                found.append((exact(value["lower"]), exact(value["upper"])))
            for entry in value.values():
                look(entry)
        elif isinstance(value, list):
            for entry in value:
                look(entry)

    look(json.loads(out))
    return found


def exact(value):
    if isinstance(value, dict):
        value = value.get("exact", value.get("decimal"))
    return Fraction(str(value)) if value is not None else None


def same(one, other):
    """`the same`, or how far bounds are apart that both are true."""
    if claim(one) == claim(other):
        return "the same"
    pairs = list(zip(bounds(one), bounds(other)))
    if json.loads(one).get("status") != json.loads(other).get("status") or not pairs:
        return "DIFFERENT"
    if any(a[0] > b[1] or b[0] > a[1] for a, b in pairs):
        return "CONTRADICTION"
    apart = max(float(max(abs(a[0] - b[0]), abs(a[1] - b[1]))) for a, b in pairs)
    return f"status the same, bounds {apart:.1e} apart"


def killed(name, call, kills, every, draw):
    """A row about a case that is killed so many times."""
    call = [*call, "--format", "json", "--quiet"]
    plain, plain_time = measured(call)
    done, repeated, verdicts, worst = 0, 0.0, set(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "checkpoint")
        kept, kept_time = measured([*call, "--checkpoint", file])
        size = os.path.getsize(file)
        verdicts.add(same(plain.out, kept.out))
        while done < kills:
            if os.path.exists(file):
                os.remove(file)
            total = 0.0
            while True:
                limit = draw.uniform(0, 2 * every) if done < kills else None
                run, used = measured([*call, "--checkpoint", file], limit)
                total += used
                if not run.killed:
                    break
                done += 1
            verdicts.add(same(plain.out, run.out) if run.status == plain.status else "STATUS")
            repeated += total - kept_time
            worst = max(worst, total - kept_time)
    print(
        f"| {name} | {plain_time:.1f} | {kept_time:.1f} | {size / 1024:.0f} | {done} "
        f"| {repeated:.1f} | {'; '.join(sorted(verdicts))} |",
        flush=True,
    )
    return done, repeated


def filled(call, fills, draw):
    """How many of so many calls whose disk is filled print their answer."""
    printed = 0
    call = [*call, "--format", "json", "--quiet"]
    plain = Run(call)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], check=True)
        try:
            for _ in range(fills):
                files = ["--checkpoint", f"{folder}/checkpoint", "--certificate", f"{folder}/cert"]
                for file in pathlib.Path(folder).iterdir():
                    file.unlink()
                filler = subprocess.Popen(
                    ["sh", "-c", f"sleep {draw.uniform(0, plain.wall):.2f}; cat /dev/zero > {folder}/full"],
                    stderr=subprocess.DEVNULL,
                )
                run = Run([*call, *files])
                filler.wait()
                good = run.status == 1 and "cannot write" in run.err or run.status == plain.status
                if good and same(plain.out, run.out)[0] in "ts":
                    printed += 1
                else:
                    print(f"full disk: status {run.status}\n{run.err}", file=sys.stderr)
        finally:
            subprocess.run(["umount", folder], check=True)
    return printed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--fills", type=int, default=20)
    parser.add_argument("--every", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("case", nargs="*")
    given = parser.parse_args()
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        every = cases(pathlib.Path(folder))
        chosen = {name: every[name] for name in given.case or every}
        print("| case | s without | s with | KiB | kills | s repeated | claims |")
        print("|---|---|---|---|---|---|---|")
        done, repeated = 0, 0.0
        for index, (name, call) in enumerate(chosen.items()):
            share = (given.kills - done) // (len(chosen) - index)
            row = killed(name, call, share, given.every, draw)
            done, repeated = done + row[0], repeated + row[1]
        print(f"\n{done} kills, {repeated:.1f} s repeated")
        if given.fills:
            printed = filled(next(iter(chosen.values())), given.fills, draw)
            print(f"{printed} of {given.fills} answers printed on a full disk")


if __name__ == "__main__":
    main()
