#!/usr/bin/env python3
"""Values of functions at random rational numbers, to 200 digits.

    functions.py COUNT SEED > FILE

writes a line per number: the function as a listing has it, the number, the value. It needs mpmath
(PyPI). With few numbers it wrote functions.txt; for many,

    SMFG_FUNCTIONS=FILE cargo test --release -p smfg-kernel --test it a_long_table -- --ignored
"""

import random
import sys

from mpmath import mp, mpf

mp.dps = 320


def numbers(rng):
    """A positive rational number: of all sizes, or near 1, or small."""
    shape = rng.randrange(6)
    digits = rng.choice([1, 2, 5, 20, 60])
    p, q = (rng.randrange(1, 10**digits + 1) for _ in range(2))
    if shape == 0:
        p *= 10 ** rng.randrange(0, 300)
    elif shape == 1:
        q *= 10 ** rng.randrange(0, 300)
    elif shape == 2:
        q = 10 ** rng.randrange(1, 100)
        p = q + rng.choice([1, -1])
    return p, q


def row(rng):
    """A function, a rational number and the value there."""
    name = rng.choice(["exp", "log", "root", "inverse", "abs"])
    p, q = numbers(rng)
    if name in ("exp", "abs"):
        p *= rng.choice([1, -1])
        if name == "exp":
            while abs(p) > 10**6 * q:
                q *= 10 ** rng.randrange(1, 300)
    x = mpf(p) / q
    if name == "exp":
        value = mp.exp(x)
    elif name == "log":
        # Near 1 the difference is exact, and log1p keeps its digits.
        value = mp.log1p(mpf(p - q) / q) if abs(p - q) * 2 < q else mp.log(x)
    elif name == "root":
        degree = rng.choice([2, 3, 5, 7, 64])
        name, value = f"root {degree}", mp.root(x, degree)
    elif name == "inverse":
        value = mpf(q) / p
    else:
        value = abs(x)
    return f"{name} {p}/{q} {mp.nstr(value, 200, min_fixed=1, max_fixed=0)}"


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        print(row(rng))


if __name__ == "__main__":
    main()
