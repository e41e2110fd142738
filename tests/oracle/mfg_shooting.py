"""All equilibria at eps = 0 of the susceptible-infected game, by following one curve through the stages.

With I_t the infected mass, D_t = v_t(susceptible) - v_t(infected) and p_t the probability with which susceptibles go out,

    I_{t+1} = 7/10 I_t + 81/100 I_t (1 - I_t) p_t,     D_t = 1 + 7/10 D_{t+1} - min(81/100 I_t D_{t+1}, 1/2),     D_{N-1} = 1,

and p_t is 1, 0 or free as 81/100 I_t D_{t+1} is below, above or equal to 1/2. D_t grows with D_{t+1}, so (I_t, D_t) determines D_{t+1}: starting from
I_0 = 3/5 and all D_0, the reachable pairs (I_t, D_t) form a curve, with a piece inserted (p_t from 1 to 0) where it crosses indifference. Equilibria
are the points at which it meets D_{N-1} = 1. The curve is followed as a polygon; each root found is then solved by Newton's method to 60 digits. A pair of roots closer
than the polygon resolves would be missed; half the step finds the same roots.
"""

from decimal import Decimal, getcontext
from fractions import Fraction as F
from math import ceil, hypot

RANGE = 0.97, 3.37  # D lies in [1, 10/3]


def advance(points):
    """One stage: points are (I, D, history)."""
    result, before = [], None
    for infected, value, history in points:
        following = (value - 1) / (0.7 - 0.81 * infected)
        if 0.81 * infected * following > 0.5:
            following = (value - 0.5) / 0.7
        lean = 0.81 * infected * following - 0.5
        if before is not None and (lean <= 0) != (before[3] <= 0):
            w = before[3] / (before[3] - lean)
            at = before[0] + w * (infected - before[0])
            past = tuple(a + w * (b - a) for a, b in zip(before[2], history))
            for p in (1.0, 0.0) if before[3] <= 0 else (0.0, 1.0):
                result.append((0.7 * at + 0.81 * at * (1 - at) * p, 0.5 / (0.81 * at), (*past, p)))
        p = 1.0 if lean <= 0 else 0.0
        result.append((0.7 * infected + 0.81 * infected * (1 - infected) * p, following, (*history, p)))
        before = infected, value, history, lean
    return result


def refine(points, step):
    for a, b in zip(points, points[1:]):
        yield a
        pieces = ceil(hypot(b[0] - a[0], b[1] - a[1]) / step)
        for k in range(1, pieces):
            w = k / pieces
            yield a[0] + w * (b[0] - a[0]), a[1] + w * (b[1] - a[1]), tuple(x + w * (y - x) for x, y in zip(a[2], b[2]))
    yield points[-1]


def pieces_within(points):
    """The parts of a polygon that can still lead to an equilibrium."""
    low, high = RANGE
    piece = [points[0]]
    for a, b in zip(points, points[1:]):
        if (a[1] < low and b[1] < low) or (a[1] > high and b[1] > high):
            if len(piece) > 1:
                yield piece
            piece = []
        piece.append(b)
    if len(piece) > 1:
        yield piece


def candidates(stages, step):
    """Probabilities (p_0, ..., p_{N-2}), in floating point."""
    curves = [[(0.6, RANGE[0], ()), (0.6, RANGE[1], ())]]
    for _ in range(stages - 1):
        curves = [piece for curve in curves for piece in pieces_within(advance(refine(curve, step)))]
    found = []
    for curve in curves:
        for a, b in zip(curve, curve[1:]):
            if (a[1] > 1) != (b[1] > 1):
                w = (a[1] - 1) / (a[1] - b[1])
                found.append(tuple(x + w * (y - x) for x, y in zip(a[2], b[2])))
    return found


def follow(p):
    """(I, D, 81/100 I_t D_{t+1} - 1/2) of probabilities, in their own arithmetic."""
    unit = type(p[0])
    rate, keep, half, last = unit(81) / unit(100), unit(7) / unit(10), unit(1) / unit(2), len(p)
    infected = [unit(3) / unit(5)]
    for x in p:
        infected.append(keep * infected[-1] + rate * infected[-1] * (1 - infected[-1]) * x)
    return infected, rate, keep, half, last


def leans(p, indifferent):
    """Bellman with an indifferent or a distancing susceptible paying 1/2: the left sides of the equations."""
    infected, rate, keep, half, last = follow(p)
    value, result = type(p[0])(1), {}
    for t in reversed(range(last)):
        lean = rate * infected[t] * value - half
        result[t] = lean
        value = 1 + keep * value - (half if t in indifferent or p[t] == 0 else half + lean)
    return infected[-1], result


def polish(guess):
    """The infected mass at the last stage and p, to 60 digits, of the equilibrium near a guess."""
    getcontext().prec = 80
    indifferent = [t for t, x in enumerate(guess) if 1e-6 < x < 1 - 1e-6]
    p = [Decimal(x) if t in indifferent else Decimal(round(x)) for t, x in enumerate(guess)]
    nudge = Decimal(10) ** -35
    for _ in range(12):
        base = leans(p, indifferent)[1]
        columns = []
        for t in indifferent:
            moved = leans([x + nudge if k == t else x for k, x in enumerate(p)], indifferent)[1]
            columns.append([(moved[k] - base[k]) / nudge for k in indifferent])
        rows = [[column[i] for column in columns] + [-base[k]] for i, k in enumerate(indifferent)]
        for x, t in zip(solve(rows), indifferent):
            p[t] += x
    mass, lean = leans(p, indifferent)
    for t in range(len(p)):
        if t in indifferent:
            assert abs(lean[t]) < Decimal(10) ** -70 and 0 < p[t] < 1, (t, lean[t], p[t])
        else:
            assert (lean[t] < 0) == (p[t] == 1) and abs(lean[t]) > Decimal(10) ** -4, (t, lean[t], p[t])
    return mass, p


def solve(rows):
    """Gauss-Jordan with partial pivoting on [A | b]."""
    n = len(rows)
    for j in range(n):
        k = max(range(j, n), key=lambda i: abs(rows[i][j]))
        rows[j], rows[k] = rows[k], rows[j]
        rows[j] = [x / rows[j][j] for x in rows[j]]
        for i in range(n):
            if i != j:
                rows[i] = [x - rows[i][j] * y for x, y in zip(rows[i], rows[j])]
    return [row[n] for row in rows]


def equilibria(stages, step=1e-3):
    """[(infected mass at the last stage, p)], sorted."""
    return sorted(polish(p) for p in candidates(stages, step))


def extrema(stages):
    """The least and greatest infected mass at the last stage: (lower, upper), the same number if no stage is indifferent."""
    found = equilibria(stages)
    again = equilibria(stages, 5e-4)
    assert len(found) == len(again) and all(abs(a - b) < Decimal(10) ** -60 for (a, _), (b, _) in zip(found, again))
    result = []
    for mass, p in (found[0], found[-1]):
        if all(x in (0, 1) for x in p):
            exact = follow([F(int(x)) for x in p])[0][-1]
            assert abs(F(mass) - exact) < F(1, 10**60)
            result.append((exact, exact))
        else:
            result.append((F(mass) - F(1, 10**50), F(mass) + F(1, 10**50)))
    return result
