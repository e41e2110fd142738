"""Random finite games at eps = 0 beside an enumeration in exact arithmetic.

    python3 benches/finite_games.py [--games 250] [--players 2|3] [--first 1]
                                    [--program target/release/smfg]

Two players: 2 to 4 strategies each, payoffs -1, 0 and 1, so that most games are degenerate; the
extreme equilibria that `equilibria` lists are those of an enumeration of the vertices of both best
response polytopes, and the range of the first player's payoff has their least and greatest one.
Three players: 2 strategies each, payoffs from -3 to 3; every equilibrium that the supports have as
isolated points, and ends of segments, lies in the range of the first player's payoff, whose ends
are the least and greatest of these where no support has a continuum of another kind.

Prints a line for each game that differs or stays open at the default gap, and the times.
"""

import argparse
import itertools
import json
import math
import random
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path

#: The default gap, relative to max(1, |value|), and digits of square roots.
GAP = Fraction(1_000_001, 10**12)
ROOT_DIGITS = 10**40
SLACK = Fraction(1, 10**12)


def main() -> None:
    """Runs the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=250)
    parser.add_argument("--players", type=int, choices=(2, 3), default=2)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--program", default="target/release/smfg")
    options = parser.parse_args()
    check = two_players if options.players == 2 else three_players
    seconds, wrong = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first, options.first + options.games):
            faults, spent = check(options.program, Path(folder), random.Random(seed))
            seconds.append(spent)
            wrong += bool(faults)
            for fault in faults:
                print(f"game {seed}: {fault}", flush=True)
    seconds.sort()
    print(
        f"{options.games} games, {wrong} with a difference or open; seconds of the program: "
        f"median {seconds[len(seconds) // 2]:.3f}, most {seconds[-1]:.2f}"
    )


def run(program: str, *arguments: object) -> tuple[dict, float]:
    """The JSON answer of a command, and its wall time."""
    start = time.monotonic()
    words = [program, *map(str, arguments), "--format", "json"]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    if not answer.stdout:
        raise RuntimeError(answer.stderr)
    return json.loads(answer.stdout), time.monotonic() - start


def imported(program: str, folder: Path, shape: list[int], payoffs: dict) -> Path:
    """A game file of payoffs by profile, made by way of Gambit's normal form."""
    players = range(len(shape))
    names = " ".join(f'"p{i}"' for i in players)
    profiles = [p[::-1] for p in itertools.product(*[range(n) for n in reversed(shape)])]
    numbers = " ".join(str(payoffs[p][i]) for p in profiles for i in players)
    text = f'NFG 1 R "random" {{ {names} }} {{ {" ".join(map(str, shape))} }}\n\n{numbers}\n'
    source, target = folder / "game.nfg", folder / "game.json"
    source.write_text(text)
    subprocess.run([program, "import", source, "--output", target, "--force"], check=True)
    return target


def ends(document: dict) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Bounds of the least value, then of the greatest one."""
    least, greatest = document["least"], document["greatest"]
    texts = (least["lower"], least["upper"], greatest["lower"], greatest["upper"])
    return tuple(map(Fraction, texts))  # type: ignore[return-value]


def compared(document: dict, values: list[Fraction], complete: bool) -> list[str]:
    """What is wrong with a range, given values of equilibria."""
    low, low_above, high_below, high = ends(document)
    faults = []
    for name, (a, b) in {"least": (low, low_above), "greatest": (high_below, high)}.items():
        if b - a > GAP * max(1, abs(a), abs(b)):
            faults.append(f"{name} value open: [{float(a)}, {float(b)}]")
    outside = [v for v in values if not low - SLACK <= v <= high + SLACK]
    if outside:
        faults.append(f"equilibria outside [{float(low)}, {float(high)}]: {outside}")
    if complete and values:
        if not low - SLACK <= min(values) <= low_above + SLACK:
            faults.append(f"least value {float(min(values))} not in the bounds")
        if not high_below - SLACK <= max(values) <= high + SLACK:
            faults.append(f"greatest value {float(max(values))} not in the bounds")
    return faults


def two_players(program: str, folder: Path, dice: random.Random) -> tuple[list[str], float]:
    """A bimatrix game."""
    shape = [dice.randint(2, 4), dice.randint(2, 4)]
    profiles = list(itertools.product(*map(range, shape)))
    payoffs = {p: (dice.randint(-1, 1), dice.randint(-1, 1)) for p in profiles}
    game = imported(program, folder, shape, payoffs)
    listed, first = run(program, "equilibria", game)
    ranged, second = run(program, "range", game, "--of", '"payoff of p0"', "--epsilon", "0")
    found = set()
    for polytope in listed["polytopes"]:
        for vertex in polytope["vertices"]:
            rows = vertex["policy"][0]
            strategies = (rows[i][: shape[i]] for i in (0, 1))
            found.add(tuple(tuple(map(Fraction, strategy)) for strategy in strategies))
    known = set(extreme_equilibria(shape, payoffs))
    faults = []
    if found != known:
        faults.append(f"{len(found)} extreme equilibria listed, {len(known)} enumerated")
    earned = [
        sum(x[i] * y[j] * payoffs[i, j][0] for i, j in profiles) for x, y in known
    ]
    return faults + compared(ranged, earned, complete=True), first + second


def extreme_equilibria(shape: list[int], payoffs: dict) -> list:
    """Pairs of vertices of the two best response polytopes in which every strategy is a best
    response or not played.
    """
    rows, columns = shape
    own = [[Fraction(payoffs[i, j][0]) for j in range(columns)] for i in range(rows)]
    other = [[Fraction(payoffs[i, j][1]) for i in range(rows)] for j in range(columns)]
    # Strategies of the first player with what the second one's columns earn, and the reverse.
    first = vertices(other, rows)
    second = vertices(own, columns)
    result = []
    for x, x_best in first:
        for y, y_best in second:
            row_fits = all(x[i] == 0 or i in y_best for i in range(rows))
            column_fits = all(y[j] == 0 or j in x_best for j in range(columns))
            if row_fits and column_fits:
                result.append((x, y))
    return result


def vertices(against: list, count: int) -> list:
    """Vertices of { (x, v): x a law, against_j x <= v for all j }, v as small as it can be, each
    with the rows j that are best.
    """
    found = {}
    for tight in itertools.combinations(range(count + len(against)), count):
        rows = [[Fraction(1)] * count + [Fraction(0), Fraction(1)]]
        for label in tight:
            if label < count:
                row = [Fraction(0)] * (count + 2)
                row[label] = Fraction(1)
            else:
                row = [*against[label - count], Fraction(-1), Fraction(0)]
            rows.append(row)
        solution = solved(rows, count + 1)
        if solution is None or min(solution[:count]) < 0:
            continue
        x, v = tuple(solution[:count]), solution[count]
        worth = [sum(a * b for a, b in zip(row, x)) for row in against]
        if max(worth) <= v:
            found[x] = {j for j, value in enumerate(worth) if value == max(worth)}
    return list(found.items())


def solved(rows: list, unknowns: int) -> list | None:
    """The only solution of a square system, or None."""
    rows = [row[:] for row in rows]
    for column in range(unknowns):
        pivot = next((r for r in range(column, len(rows)) if rows[r][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        rows[column] = [value / lead for value in rows[column]]
        for r, row in enumerate(rows):
            if r != column and row[column] != 0:
                factor = row[column]
                rows[r] = [a - factor * b for a, b in zip(row, rows[column])]
    return [rows[r][unknowns] for r in range(unknowns)]


def three_players(program: str, folder: Path, dice: random.Random) -> tuple[list[str], float]:
    """A game of three players with two strategies each."""
    profiles = list(itertools.product((0, 1), repeat=3))
    payoffs = {p: tuple(dice.randint(-3, 3) for _ in range(3)) for p in profiles}
    game = imported(program, folder, [2, 2, 2], payoffs)
    ranged, seconds = run(
        program, "range", game, "--of", '"payoff of p0"', "--epsilon", "0", "--time-limit", "20"
    )
    points, complete = equilibria_of_three(payoffs)
    earned = []
    for point in points:
        value = Fraction(0)
        for profile in profiles:
            chance = math.prod(p if s else 1 - p for s, p in zip(profile, point))
            value += chance * payoffs[profile][0]
        earned.append(value)
    return compared(ranged, earned, complete), seconds


def equilibria_of_three(payoffs: dict) -> tuple[list, bool]:
    """Probabilities of the second strategies at equilibria, and whether these are all extremes."""

    def gain(i: int, point: list) -> Fraction:
        """What the second strategy of a player earns more."""
        total = Fraction(0)
        others = [j for j in range(3) if j != i]
        for s in itertools.product((0, 1), repeat=2):
            chance = math.prod(point[j] if a else 1 - point[j] for j, a in zip(others, s))
            profile = dict(zip(others, s))
            more, less = (
                tuple(own if j == i else profile[j] for j in range(3)) for own in (1, 0)
            )
            total += chance * (payoffs[more][i] - payoffs[less][i])
        return total

    def fits(point: list, exact: bool = True) -> bool:
        tiny = 0 if exact else Fraction(1, 10**30)
        for i in range(3):
            value = gain(i, point)
            if (value > tiny and point[i] != 1) or (value < -tiny and point[i] != 0):
                return False
        return True

    points, complete = [], True
    for pure in itertools.product((Fraction(0), Fraction(1)), repeat=3):
        if fits(list(pure)):
            points.append(pure)
    for mixed in range(3):
        others = [j for j in range(3) if j != mixed]
        for pure in itertools.product((Fraction(0), Fraction(1)), repeat=2):
            point = [Fraction(0)] * 3
            for j, value in zip(others, pure):
                point[j] = value
            if gain(mixed, point) != 0:
                continue
            # A segment: both ends, and where another player becomes indifferent.
            ends_of_segment = [Fraction(0), Fraction(1)]
            for j in others:
                at = [gain(j, [*point[:mixed], end, *point[mixed + 1 :]]) for end in (0, 1)]
                if at[0] != at[1]:
                    ends_of_segment.append(at[0] / (at[0] - at[1]))
            for end in ends_of_segment:
                candidate = [*point[:mixed], end, *point[mixed + 1 :]]
                if 0 <= end <= 1 and fits(candidate):
                    points.append(tuple(candidate))
    for pure in range(3):
        i, j = (k for k in range(3) if k != pure)
        for value in (Fraction(0), Fraction(1)):
            point = [Fraction(0)] * 3
            point[pure] = value
            solution: dict[int, Fraction] = {}
            free = False
            for own, other in ((i, j), (j, i)):
                at = []
                for end in (Fraction(0), Fraction(1)):
                    point[other] = end
                    at.append(gain(own, point))
                if at[0] == at[1]:
                    free |= at[0] == 0
                else:
                    solution[other] = at[0] / (at[0] - at[1])
            if free:
                complete = False
            elif len(solution) == 2 and all(0 <= p <= 1 for p in solution.values()):
                point[i], point[j] = solution[i], solution[j]
                if fits(point):
                    points.append(tuple(point))
    roots = totally_mixed(gain)
    if roots is None:
        complete = False
    else:
        points += [p for p in roots if fits_nearly(p, gain)]
    return points, complete


def fits_nearly(point: tuple, gain) -> bool:
    """Whether an approximate root lies inside and makes everybody indifferent."""
    inside = all(0 <= p <= 1 for p in point)
    return inside and all(abs(gain(i, list(point))) < Fraction(1, 10**30) for i in range(3))


def totally_mixed(gain) -> list | None:
    """Roots of the three gains, to forty digits; None where there may be a continuum."""

    def bilinear(i: int) -> tuple:
        """(a, b, c, d) of a + b p + c q + d p q in the other two players' probabilities."""
        first, second = (j for j in range(3) if j != i)
        values = {}
        for p, q in itertools.product((Fraction(0), Fraction(1)), repeat=2):
            point = [Fraction(0)] * 3
            point[first], point[second] = p, q
            values[int(p), int(q)] = gain(i, point)
        a = values[0, 0]
        b, c = values[1, 0] - a, values[0, 1] - a
        return a, b, c, values[1, 1] - a - b - c

    # Player 0 sees (p1, p2), player 1 sees (p0, p2), player 2 sees (p0, p1).
    a0, b0, c0, d0 = bilinear(0)
    a1, b1, c1, d1 = bilinear(1)
    a2, b2, c2, d2 = bilinear(2)
    # p1 = -(a0 + c0 t) / (b0 + d0 t), p0 = -(a1 + c1 t) / (b1 + d1 t) with t = p2.
    n1, m1 = (-a0, -c0), (b0, d0)
    n0, m0 = (-a1, -c1), (b1, d1)

    def times(x: tuple, y: tuple) -> tuple:
        return x[0] * y[0], x[0] * y[1] + x[1] * y[0], x[1] * y[1]

    terms = [(a2, times(m0, m1)), (b2, times(n0, m1)), (c2, times(m0, n1)), (d2, times(n0, n1))]
    c, b, a = (sum(factor * product[k] for factor, product in terms) for k in range(3))
    if a == 0 and b == 0:
        return None if c == 0 else []
    if a == 0:
        candidates = [-c / b]
    else:
        square = b * b - 4 * a * c
        if square < 0:
            return []
        scaled = square * ROOT_DIGITS * ROOT_DIGITS
        root = Fraction(math.isqrt(scaled.numerator // scaled.denominator), ROOT_DIGITS)
        candidates = [(-b + root) / (2 * a), (-b - root) / (2 * a)]
    result = []
    for t in candidates:
        below1, below0 = m1[0] + m1[1] * t, m0[0] + m0[1] * t
        if abs(below1) < Fraction(1, 10**30) or abs(below0) < Fraction(1, 10**30):
            # The gain does not depend on the other player there: perhaps a segment.
            if 0 <= t <= 1:
                return None
            continue
        result.append(((n0[0] + n0[1] * t) / below0, (n1[0] + n1[1] * t) / below1, t))
    return result


if __name__ == "__main__":
    main()
