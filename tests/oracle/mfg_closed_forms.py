"""Games with one unknown: eps-equilibria as intervals whose end points solve quadratic equations.

Written by hand from the descriptions of the models, not read from their files. The followers split between two actions;
x is the mass on the second and g(x) = alpha + beta x what the second earns more than the first. Then

    Expl(x) = (1 - x) g(x)  where g >= 0,     -x g(x)  where g <= 0,

and the leader's reward is J(x) = c0 + c1 x + c2 x^2. On the closed set {x in [0,1] : Expl(x) <= eps} J attains its extrema at 0, at 1, where
g = 0, where Expl = eps, or where J' = 0. Those points are compared; irrational ones are enclosed to 40 digits.
"""

from fractions import Fraction as F
from math import isqrt

DIGITS = 10**40


def root(square):
    """Enclosure (lo, hi) of the square root of a rational number >= 0, exact if that is rational."""
    p, q = square.numerator, square.denominator
    if isqrt(p) ** 2 == p and isqrt(q) ** 2 == q:
        return F(isqrt(p), isqrt(q)), F(isqrt(p), isqrt(q))
    low = isqrt(p * DIGITS**2 // q)
    return F(low, DIGITS), F(low + 1, DIGITS)


def solutions(a, b, c):
    """Enclosures of the real solutions of a x^2 + b x + c = 0."""
    if a == 0:
        return [] if b == 0 else [(-c / b, -c / b)]
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return []
    low, high = root(discriminant)
    ends = [(-b + sign * r) / (2 * a) for sign in (1, -1) for r in (low, high)]
    return [(min(pair), max(pair)) for pair in (ends[:2], ends[2:])]


def exploitability(alpha, beta, x):
    g = alpha + beta * x
    return (1 - x) * g if g >= 0 else -x * g


def extrema(alpha, beta, leader, epsilon):
    """((lo, hi) of the least, (lo, hi) of the greatest leader reward, the point of each)."""
    c0, c1, c2 = leader
    exact = [F(0), F(1)] + [x for x, _ in solutions(F(0), beta, alpha)] + [x for x, _ in solutions(F(0), 2 * c2, c1)]
    candidates = [(x, x) for x in exact if 0 <= x <= 1 and exploitability(alpha, beta, x) <= epsilon]
    if epsilon > 0:
        # (1 - x)(alpha + beta x) = eps, and -x (alpha + beta x) = eps; g must have the right sign there.
        for sign, equation in ((1, (-beta, beta - alpha, alpha - epsilon)), (-1, (-beta, -alpha, -epsilon))):
            for low, high in solutions(*equation):
                if 0 <= low and high <= 1 and all(sign * (alpha + beta * x) > 0 for x in (low, high)):
                    candidates.append((low, high))
    values = []
    for low, high in candidates:
        # An enclosure of J on [low, high], which is a point or 1e-40 wide: J' keeps to |c1| + 2 |c2|.
        centre, slack = c0 + c1 * low + c2 * low * low, (abs(c1) + 2 * abs(c2)) * (high - low)
        values.append((centre - slack, centre + slack, low))
    least, greatest = min(values), max(values, key=lambda v: v[1])
    return least, greatest


def games():
    """{model: {decision: (alpha, beta, leader)}}."""
    half = F(1, 2)
    pigou = {}
    # x: mass on the congestible link; it costs x + toll against 1.
    for toll in (F(0), F(1, 4), F(2, 5), F(9, 20), F(12, 25), half, F(11, 20), F(3, 5), F(3, 4), F(1)):
        pigou[toll] = (1 - toll, F(-1))
    latency = (F(0), F(1, 4), F(2, 5), F(12, 25), half, F(3, 5), F(3, 4), F(1))
    revenue = (F(1, 4), F(2, 5), F(9, 20), F(12, 25), half, F(11, 20), F(3, 4), F(1))
    adoption = {"none": F(0), "half": half, "enough": F(13, 20)}
    taxes = (F(0), F(1, 4), half, F(3, 5), F(7, 10), F(9, 10), F(1))
    return {
        "pigou_latency": {f"toll {u}": (*pigou[u], (F(-1), F(1), F(-1))) for u in latency},
        "pigou_revenue": {f"toll {u}": (*pigou[u], (F(0), u, F(0))) for u in revenue},
        # x: mass that adopts
        "adoption": {name: (u - half, F(1), (F(0), F(3, 2) - u, F(0))) for name, u in adoption.items()},
        # x: mass on the second action, worse by 1/10 + (1 - x)
        "corner": {
            "safe": (F(-11, 10), F(1), (-half, F(0), F(0))),
            "risky": (F(-11, 10), F(1), (F(0), F(-1), F(0))),
        },
        # x: mass on the left; it earns -x there, -2(1 - x) on the right
        "left_right": {None: (F(2), F(-3), (F(0), F(1), F(0)))},
        # x: mass that goes out: 1 - tax - 4/5 x; leader 4/5 x - 4/5 x^2
        "epidemic_menu": {f"tax {u}": (1 - u, F(-4, 5), (F(0), F(4, 5), F(-4, 5))) for u in taxes},
    }


EPSILONS = {
    "pigou_latency": (F(0), F(1, 20), F(1, 5), F(1, 2)),
    "pigou_revenue": (F(0), F(1, 50), F(9, 125)),
    "adoption": (F(0), F(1, 50), F(1, 10)),
    "corner": (F(0), F(1, 20), F(1, 10), F(11, 100)),
    "left_right": (F(0), F(1, 100), F(1, 10)),
    "epidemic_menu": (F(0), F(1, 100), F(1, 20)),
}


def rows():
    """[(model, decision, epsilon, sense, lower, upper, where)]"""
    result = []
    for model, decisions in games().items():
        for epsilon in EPSILONS[model]:
            for decision, (alpha, beta, leader) in decisions.items():
                for sense, (low, high, point) in zip(("min", "max"), extrema(alpha, beta, leader, epsilon)):
                    result.append((model, decision, epsilon, sense, low, high, f"closed form, x = {float(point):.9f}"))
    return result
