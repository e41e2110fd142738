"""Answers. Every number is exact: a ``Fraction``, or :class:`Bounds` of two.

Policies and flows are nested tuples ``[stage][state][action]``, in the orders in which the game lists states and actions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ._answer import Answer
from ._exact import Exact
from ._numbers import Bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ._game import Game
    from ._native import Evaluated

__all__ = [
    "Assessment",
    "Curve",
    "CurvePoint",
    "Frontier",
    "FrontierPoint",
    "Jump",
    "Price",
    "RobustSolution",
    "Sensitivity",
    "Sweep",
    "Adjustment",
    "CheckedClaim",
    "Claimed",
    "Check",
    "Decision",
    "DecisionBounds",
    "Equilibria",
    "Equilibrium",
    "Evaluation",
    "Part",
    "Polytope",
    "Progress",
    "Range",
    "Solution",
    "Verification",
    "Vertex",
]

#: ``[stage][state][action]`` probabilities or masses.
Table = tuple[tuple[tuple[Fraction, ...], ...], ...]


def _table(rows: Any) -> Table:
    return tuple(tuple(tuple(map(Exact._of, row)) for row in stage) for stage in rows)


def _array(table: Table) -> NDArray[np.float64]:
    import numpy as np

    return np.array([[[float(entry) for entry in row] for row in stage] for stage in table])


def _bounds(value: Any) -> Bounds:
    """From ``"p/q"``, ``{"lower", "upper"}`` or ``[lower, upper]``."""
    if isinstance(value, str):
        return Bounds(Exact._of(value))
    lower, upper = (value["lower"], value["upper"]) if isinstance(value, Mapping) else value
    low = Exact._of(lower)
    return Bounds(low, low if lower == upper else Exact._of(upper))


def _optional(value: str | None) -> Fraction | None:
    return None if value is None else Exact._of(value)


@dataclass(frozen=True)
class Progress:
    """How far a search is, in binary64 and not yet proved."""

    stage: str
    lower_approx: float
    upper_approx: float
    open: int
    decisions: int


@dataclass(frozen=True)
class Decision(Answer):
    """A decision of the leader: its name, if it has one, and its parameters."""

    name: str | None
    parameters: Mapping[str, Fraction]

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.parameters.items())))

    @classmethod
    def _from(cls, answer: Mapping[str, Any]) -> Decision:
        return cls(answer["name"], {name: Exact._of(value) for name, value in answer["parameters"].items()})


@dataclass(frozen=True)
class Part(Answer):
    """A part of the population that follows one policy; ``policy[stage]`` is as the program prints it, with names of states and actions."""

    weight: Fraction
    policy: Any = field(repr=False)

    def __hash__(self) -> int:
        return hash((self.weight, json.dumps(self.policy, sort_keys=True)))


@dataclass(frozen=True)
class Equilibrium(Answer):
    """An eps-equilibrium.

    ``policy`` is ``None`` where its fractions would be too long; ``mixture`` always describes the population. ``value`` is the leader's reward, or that of
    the expression asked for.
    """

    policy: Table | None = field(repr=False)
    exploitability: Bounds
    value: Bounds
    mixture: tuple[Part, ...] = field(repr=False)

    def policy_array(self) -> NDArray[np.float64]:
        """The policy in binary64, axes ``[stage][state][action]``.

        Raises
        ------
        ValueError
            When there is none.
        """
        if self.policy is None:
            raise ValueError("this equilibrium is known as a mixture of policies only")
        return _array(self.policy)

    @classmethod
    def _from(cls, answer: Mapping[str, Any] | None) -> Equilibrium | None:
        if answer is None:
            return None
        value = answer["leader_reward"] if "leader_reward" in answer else answer["value"]
        policy = None if answer["policy"] is None else _table(answer["policy"])
        mixture = tuple(Part(Exact._of(part["weight"]), part["policy"]) for part in answer["mixture"])
        return cls(policy, _bounds(answer["exploitability"]), _bounds(value), mixture)


@dataclass(frozen=True)
class DecisionBounds(Answer):
    """What is proved of one decision of a list; a bound is ``None`` where none was needed."""

    name: str | None
    lower: Fraction | None
    upper: Fraction | None


@dataclass(frozen=True)
class Solution(Answer):
    """The answer of :func:`smfg.solve`: bounds that an exact checker accepted.

    ``status`` is ``exact`` (lower and upper bound are the same number), ``within_gap`` or ``limit``; ``termination`` is ``gap`` or ``time_limit``. ``decision``
    reaches the lower bound of ``value`` and ``equilibrium`` is the worst (``selection="optimistic"``: the best) at it. ``attained`` is about
    leaders with a continuum of decisions: ``True`` where the decision reaches the supremum, ``False`` where no decision does and ``value.upper`` is the supremum, ``None``
    where neither is shown.
    """

    value: Bounds
    status: str
    decision: Decision | None
    equilibrium: Equilibrium | None
    decisions: tuple[DecisionBounds, ...]
    epsilon: Fraction
    selection: str
    class_name: str
    attained: bool | None
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Solution:
        answer = json.loads(text)
        return cls(
            value=_bounds(answer["value"]),
            status=answer["status"],
            decision=None if answer["decision"] is None else Decision._from(answer["decision"]),
            equilibrium=Equilibrium._from(answer["equilibrium"]),
            decisions=tuple(DecisionBounds(row["name"], _optional(row["lower"]), _optional(row["upper"])) for row in answer["decisions"]),
            epsilon=Exact._of(answer["epsilon"]),
            selection=answer["selection"],
            class_name=answer["class"],
            attained=answer.get("attained"),
            termination=answer["termination"],
            game_hash=answer["game"]["hash"],
            statistics=answer["statistics"],
            certificate=certificate,
        )


@dataclass(frozen=True)
class RobustSolution(Solution):
    """The answer of :func:`smfg.robust`: ``value`` is what ``decision`` guarantees whatever the error of the model.

    ``errors`` are the radii asked about, ``kappa`` and ``omega`` the largest change of exploitability
    and of the leader's reward, ``relaxed_epsilon`` is ``epsilon + kappa`` and ``relaxed_value`` the value of the game there.
    """

    errors: Mapping[str, Fraction]
    kappa: Fraction
    omega: Fraction
    relaxed_epsilon: Fraction
    relaxed_value: Bounds

    def __hash__(self) -> int:
        return hash((self.value, self.decision, self.relaxed_value, tuple(self.errors.items())))

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> RobustSolution:
        plain, row = Solution._from(text, certificate), json.loads(text)["robust"]
        return cls(
            **plain.__dict__,
            errors={name: Exact._of(error) for name, error in row["errors"].items()},
            kappa=Exact._of(row["kappa"]),
            omega=Exact._of(row["omega"]),
            relaxed_epsilon=Exact._of(row["relaxed_epsilon"]),
            relaxed_value=_bounds(row["relaxed_value"]),
        )


@dataclass(frozen=True)
class CurvePoint(Answer):
    """A point of a function: ``at`` is an epsilon or the value of a constant."""

    at: Fraction
    value: Bounds
    decision: Decision | None
    slope: Fraction | None

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> CurvePoint:
        decision = row.get("decision")
        at = row["epsilon"] if "epsilon" in row else row["at"]
        return cls(Exact._of(at), _bounds(row), None if decision is None else Decision._from(decision), _optional(row.get("slope")))


@dataclass(frozen=True)
class Jump(Answer):
    """A place between ``start`` and ``end`` at which a function falls or rises, by ``least`` to ``most``."""

    start: Fraction
    end: Fraction
    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class Curve(Answer):
    """A function of epsilon, as :func:`smfg.frontier` finds two of.

    ``kind`` is ``piecewise_linear``, known exactly between its points too, or ``staircase``, monotone and enclosed by its points.
    """

    kind: str
    status: str
    points: tuple[CurvePoint, ...]
    jumps: tuple[Jump, ...]

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Curve:
        jumps = (Jump(*(Exact._of(jump[key]) for key in ("from", "to", "least", "most"))) for jump in row["jumps"])
        return cls(row["kind"], row["status"], tuple(map(CurvePoint._from, row["points"])), tuple(jumps))


@dataclass(frozen=True)
class Sweep(Answer):
    """The answer of :func:`smfg.sweep`: the value over epsilon, or over a constant of the game.

    ``over`` is ``epsilon`` or the name of the constant. ``kind`` is ``piecewise_linear`` (exact), ``staircase`` (enclosed) or ``points``. ``evaluated``
    are the values at equidistant points, where they were asked for.
    """

    over: str
    kind: str
    status: str
    points: tuple[CurvePoint, ...]
    jumps: tuple[Jump, ...]
    evaluated: tuple[CurvePoint, ...]
    selection: str
    class_name: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Sweep:
        answer = json.loads(text)
        rows = [row["status"] for row in answer["points"] if "status" in row]
        worst = "limit" if "limit" in rows else "within_gap" if "within_gap" in rows else "exact"
        curve = Curve._from({"jumps": [], "status": worst} | answer)
        return cls(
            over=answer["over"],
            kind=curve.kind,
            status=curve.status,
            points=curve.points,
            jumps=curve.jumps,
            evaluated=tuple(map(CurvePoint._from, answer.get("evaluated", []))),
            selection=answer["selection"],
            class_name=answer["class"],
            game_hash=answer["game"]["hash"],
            statistics=answer["statistics"],
            certificate=certificate,
        )


@dataclass(frozen=True)
class Price(Answer):
    """A price of anarchy or stability; ``kind`` is ``ratio`` or what the program says in its place."""

    value: Bounds
    kind: str


@dataclass(frozen=True)
class FrontierPoint(Answer):
    """Worst and best value over the eps-equilibria at one exploitability."""

    epsilon: Fraction
    worst: Bounds
    best: Bounds


@dataclass(frozen=True)
class Frontier(Answer):
    """The answer of :func:`smfg.frontier`: a social objective over exploitability.

    ``worst`` and ``best`` are its values over eps-equilibria as functions of epsilon, ``optimum`` is the best over all populations, ``price_of_anarchy``
    and ``price_of_stability`` compare it with equilibria; ``None`` where that is not proved.
    """

    worst: Curve
    best: Curve
    optimum: Bounds | None
    price_of_anarchy: Price | None
    price_of_stability: Price | None
    evaluated: tuple[FrontierPoint, ...]
    objective: str | None
    cost: bool
    decision: Decision | None
    class_name: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Frontier:
        answer = json.loads(text)

        def price(key: str) -> Price | None:
            row = answer.get(key)
            known = row is not None and row.get("lower") is not None and row.get("upper") is not None
            return Price(_bounds(row), row["kind"]) if known else None

        evaluated = (FrontierPoint(Exact._of(row["epsilon"]), _bounds(row["worst"]), _bounds(row["best"])) for row in answer.get("evaluated", []))
        return cls(
            worst=Curve._from(answer["worst"]),
            best=Curve._from(answer["best"]),
            optimum=None if answer["optimum"] is None else _bounds(answer["optimum"]),
            price_of_anarchy=price("price_of_anarchy"),
            price_of_stability=price("price_of_stability"),
            evaluated=tuple(evaluated),
            objective=answer["objective"],
            cost=answer["cost"],
            decision=None if answer["decision"] is None else Decision._from(answer["decision"]),
            class_name=answer["class"],
            game_hash=answer["game"]["hash"],
            statistics=answer["statistics"],
            certificate=certificate,
        )


@dataclass(frozen=True)
class Assessment(Answer):
    """What one decision guarantees when the model errs.

    ``kappa`` and ``omega`` are the largest change of exploitability and of the leader's reward, ``relaxed_value`` is her reward at exploitability
    ``relaxed_epsilon = epsilon + kappa``, and ``guarantee`` what is left of it after ``omega``. Against a known truth, ``true_value`` is what the
    decision is worth there and ``loss`` what is lost to the best decision there.
    """

    decision: Decision
    kappa: Fraction
    omega: Fraction
    relaxed_epsilon: Fraction
    relaxed_value: Bounds
    guarantee: Bounds
    true_value: Bounds | None
    loss: Bounds | None

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Assessment:
        def bounds(key: str) -> Bounds | None:
            return None if row[key] is None else _bounds(row[key])

        return cls(
            decision=Decision._from(row["decision"]),
            kappa=Exact._of(row["kappa"]),
            omega=Exact._of(row["omega"]),
            relaxed_epsilon=Exact._of(row["relaxed_epsilon"]),
            relaxed_value=_bounds(row["relaxed_value"]),
            guarantee=_bounds(row["guarantee"]),
            true_value=bounds("true_value"),
            loss=bounds("loss"),
        )


@dataclass(frozen=True)
class Sensitivity(Answer):
    """The answer of :func:`smfg.sensitivity`: the decision of the model, ``naive``, and the one that guarantees most, ``relaxed``.

    ``promised`` is what the model says of the naive decision. ``true_value`` is the value of the true game, when that was given.
    """

    naive: Assessment
    relaxed: Assessment
    promised: Bounds
    decisions: tuple[Assessment, ...]
    true_value: Bounds | None
    status: str
    epsilon: Fraction
    class_name: str
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Sensitivity:
        answer = json.loads(text)
        return cls(
            naive=Assessment._from(answer["naive"]),
            relaxed=Assessment._from(answer["relaxed"]),
            promised=_bounds(answer["naive"]["promised"]),
            decisions=tuple(map(Assessment._from, answer["decisions"])),
            true_value=None if answer["true_value"] is None else _bounds(answer["true_value"]),
            status=answer["status"],
            epsilon=Exact._of(answer["epsilon"]),
            class_name=answer["class"],
            termination=answer["termination"],
            game_hash=answer["game"]["hash"],
            statistics=answer["statistics"],
            certificate=certificate,
        )


@dataclass(frozen=True)
class Range(Answer):
    """The answer of :func:`smfg.range`: least and greatest value over the eps-equilibria of one decision, both proved.

    ``of`` is the expression, ``None`` for the leader's reward. ``certificate`` is a bundle of two.
    """

    least: Bounds
    greatest: Bounds
    least_equilibrium: Equilibrium | None
    greatest_equilibrium: Equilibrium | None
    status: str
    of: str | None
    decision: Decision | None
    epsilon: Fraction
    class_name: str
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @property
    def single(self) -> bool:
        """Whether it is proved that all eps-equilibria have the same value."""
        return self.least.exact and self.least == self.greatest

    def __contains__(self, value: Any) -> bool:
        return value in Bounds(self.least.lower, self.greatest.upper)

    def __str__(self) -> str:
        return f"{self.least} to {self.greatest}"

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Range:
        answer = json.loads(text)
        return cls(
            least=_bounds(answer["least"]),
            greatest=_bounds(answer["greatest"]),
            least_equilibrium=Equilibrium._from(answer["least"]["equilibrium"]),
            greatest_equilibrium=Equilibrium._from(answer["greatest"]["equilibrium"]),
            status=answer["status"],
            of=answer["of"],
            decision=None if answer["decision"] is None else Decision._from(answer["decision"]),
            epsilon=Exact._of(answer["epsilon"]),
            class_name=answer["class"],
            termination=answer["termination"],
            game_hash=answer["game"]["hash"],
            statistics=answer["statistics"],
            certificate=certificate,
        )


@dataclass(frozen=True)
class Vertex(Answer):
    """A vertex of a polytope of equilibria: masses of the pairs of its support, and a policy with this flow."""

    masses: tuple[Fraction, ...]
    policy: Table = field(repr=False)


@dataclass(frozen=True)
class Polytope(Answer):
    """Equilibria with one pattern of play. ``support`` lists ``(stage, state, action)``, the pairs that may be played."""

    component: int
    support: tuple[tuple[int, str, str], ...]
    vertices: tuple[Vertex, ...]


@dataclass(frozen=True)
class Equilibria(Answer):
    """The answer of :func:`smfg.equilibria`: all equilibria at eps = 0, as a union of polytopes; ``unique`` says that it is proved that there is one flow."""

    unique: bool
    polytopes: tuple[Polytope, ...]
    components: int
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Equilibria:
        answer = json.loads(text)

        def vertex(row: Any) -> Vertex:
            return Vertex(tuple(map(Exact._of, row["masses"])), _table(row["policy"]))

        polytopes = tuple(
            Polytope(row["component"], tuple((pair[0], pair[1], pair[2]) for pair in row["support"]), tuple(map(vertex, row["vertices"])))
            for row in answer["polytopes"]
        )
        return cls(answer["unique"], polytopes, answer["components"], certificate)


@dataclass(frozen=True)
class Claimed(Answer):
    """What a certificate claims: ``lower <= value <= upper``."""

    lower: Fraction
    upper: Fraction
    epsilon: Fraction
    selection: str
    game_hash: str
    of: str | None


@dataclass(frozen=True)
class Check(Answer):
    """The verdict of :func:`smfg.check`; true where the certificate is valid. ``claims`` are those of the certificate, ``reason`` says why it is refused."""

    valid: bool
    claims: tuple[Claimed, ...]
    reason: str | None

    def __bool__(self) -> bool:
        return self.valid

    @classmethod
    def _from(cls, text: str) -> Check:
        answer = json.loads(text)
        rows = answer.get("claims") or ([answer["claim"]] if answer.get("claim") else [])

        def claimed(row: Mapping[str, Any]) -> Claimed:
            lower, upper, epsilon = (Exact._of(row[key]) for key in ("lower", "upper", "epsilon"))
            return Claimed(lower, upper, epsilon, row["selection"], row["game_hash"], row.get("of"))

        return cls(answer["valid"], tuple(map(claimed, rows)), answer["reason"])


@dataclass(frozen=True)
class Adjustment(Answer):
    """What was changed to make an array a policy: the largest change of an entry and where, the number of rows, negative entries and filled rows."""

    largest: Fraction
    place: tuple[int, ...] | None
    rows: int
    negative: int
    filled: int


@dataclass(frozen=True)
class CheckedClaim(Answer):
    """A claimed number beside the actual one, if that is known; ``holds`` is ``None`` where what is known does not tell."""

    quantity: str
    claimed: Fraction
    actual: Bounds | None
    tolerance: Fraction
    holds: bool | None


@dataclass(frozen=True)
class Restored:
    """A play that was evaluated elsewhere: its flow is found again when it is asked for."""

    game: Game
    rows: Any
    decision: Any

    def policy(self) -> Any:
        return self.rows

    def flow(self) -> Any:
        return self._evaluated().flow()

    def flow_approx(self) -> bytes:
        return self._evaluated().flow_approx()

    def _evaluated(self) -> Evaluated:
        from ._ask import evaluate

        actions = self.game.actions
        states = self.game.states
        rules = {
            (stage, states[state]): {actions[action]: value for action, value in row}
            for stage, rows in enumerate(self.rows)
            for state, row in enumerate(rows)
        }
        native = evaluate(self.game, rules, decision=self.decision)._native
        assert not isinstance(native, Restored)
        return native


@dataclass(frozen=True)
class Evaluation(Answer):
    """What a policy is worth when the whole population follows it, from :func:`smfg.evaluate`.

    ``exploitability`` is what one follower could gain by deviating alone, ``follower_value`` what the best deviation earns, ``follower_reward`` what a follower
    earns who plays like all; their difference is the first. ``bits`` is ``None`` when all numbers are exact, else the fractional bits of the outward-rounded
    arithmetic. ``deviation`` is, for an occupation measure, the largest difference between its masses and those of its policy's flow.
    """

    exploitability: Bounds
    leader_reward: Bounds
    follower_value: Bounds
    follower_reward: Bounds
    decision: Decision
    adjustment: Adjustment
    horizon: str
    deviation: Bounds | None
    bits: int | None
    _native: Evaluated | Restored = field(repr=False, compare=False)
    _actions: int = field(repr=False, compare=False)
    _game: Game = field(repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        # The native object stays in its process: the policy and the game are all that it knows.
        return self.__dict__ | {"_native": Restored(self._game, self._native.policy(), self.decision)}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)

    def policy(self) -> Table:
        """The policy, normalised exactly."""
        return self._dense(self._native.policy())

    def flow(self) -> Table:
        """The masses of the population, exactly; fractions grow with the number of stages."""
        return self._dense(self._native.flow())

    def flow_array(self) -> NDArray[np.float64]:
        """The masses, axes ``[stage][state][action]``: middles of enclosures in fixed point with 60 fractional bits, rounded to binary64."""
        import numpy as np

        masses = np.frombuffer(self._native.flow_approx(), dtype="<f8")
        return masses.reshape(self._game.shape).astype(np.float64)

    def _dense(self, rows: Sequence[Sequence[Sequence[tuple[int, str]]]]) -> Table:
        zero = Exact(0)

        def row(entries: Sequence[tuple[int, str]]) -> tuple[Fraction, ...]:
            dense = [zero] * self._actions
            for action, value in entries:
                dense[action] = Exact._of(value)
            return tuple(dense)

        return tuple(tuple(map(row, stage)) for stage in rows)

    @classmethod
    def _from(cls, native: Evaluated, game: Game) -> Evaluation:
        return cls(**_evaluated(native, game, json.loads(native.answer())))


def _evaluated(native: Evaluated, game: Game, answer: Mapping[str, Any]) -> dict[str, Any]:
    changed = answer["normalisation"]
    place = None if changed["place"] is None else tuple(changed["place"])
    deviation = native.deviation()
    return {
        "exploitability": _bounds(answer["exploitability"]),
        "leader_reward": _bounds(answer["leader_reward"]),
        "follower_value": _bounds(answer["follower_value"]),
        "follower_reward": _bounds(answer["follower_reward"]),
        "decision": Decision._from(answer["decision"]),
        "adjustment": Adjustment(Exact._of(answer["normalised_by"]), place, changed["rows"], changed["negative"], changed["filled"]),
        "horizon": answer["horizon"],
        "deviation": None if deviation is None else _bounds(deviation),
        "bits": answer["bits"],
        "_native": native,
        "_actions": native.shape()[2],
        "_game": game,
    }


@dataclass(frozen=True)
class Verification(Evaluation):
    """The answer of :func:`smfg.verify`: an :class:`Evaluation`, the claimed numbers beside the actual ones, and what is certified at ``epsilon``.

    ``holds`` says that everything claimed is so. ``equilibrium`` says whether the play is an eps-equilibrium. ``least`` and ``greatest`` enclose the ends of the
    leader's reward over all eps-equilibria of its decision; ``worst`` says whether the play's is the least. ``value`` is the pessimistic value of the game and
    ``loss`` what the leader loses by the decision, ``None`` where the game cannot be solved over all decisions. Without a search (``solve=False``) all of these
    are ``None``, as is whatever is not decided.
    """

    checks: tuple[CheckedClaim, ...]
    holds: bool
    epsilon: Fraction | None
    equilibrium: bool | None
    least: Bounds | None
    greatest: Bounds | None
    worst: bool | None
    value: Bounds | None
    loss: Bounds | None
    status: str | None
    certificate: bytes | None = field(repr=False)

    @classmethod
    def _from(cls, native: Evaluated, game: Game) -> Verification:
        answer = json.loads(native.answer())
        ends, place = answer["range"], answer["place"]

        def bounds(value: Any) -> Bounds | None:
            return None if value is None else _bounds(value)

        checks = tuple(
            CheckedClaim(row["quantity"], Exact._of(row["claimed"]), bounds(row["actual"]), Exact._of(row["tolerance"]), row["holds"])
            for row in answer["checks"]
        )
        return cls(
            **_evaluated(native, game, answer),
            checks=checks,
            holds=answer["holds"],
            epsilon=_optional(answer["epsilon"]),
            equilibrium=answer["equilibrium"],
            least=None if ends is None else _bounds(ends["least"]),
            greatest=None if ends is None else _bounds(ends["greatest"]),
            worst=None if place is None else place["worst"],
            value=bounds(answer["value"]),
            loss=bounds(answer["loss"]),
            status=None if ends is None else ends["status"],
            certificate=native.certificate(),
        )
