"""What a policy is worth, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .._answer import Answer, Row
from .._exact import Exact
from .._numbers import Bounds
from .played import Decision
from .populations import PopulationPlay
from .read import Table, bounds, bounds_or_none, number_or_none

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .._game import Game
    from .._native import Evaluated


@dataclass(frozen=True)
class Adjustment(Answer):
    """What was changed to make an array a policy.

    The largest change of an entry and where it is; the number of rows that were changed, of
    negative entries and of rows that were filled.
    """

    largest: Fraction
    place: tuple[int, ...] | None
    rows: int
    negative: int
    filled: int

    @classmethod
    def _from(cls, answer: Mapping[str, Any]) -> Adjustment:
        row, largest = answer["normalisation"], Exact._of(answer["normalised_by"])
        place = None if row["place"] is None else tuple(row["place"])
        return cls(largest, place, row["rows"], row["negative"], row["filled"])


@dataclass(frozen=True)
class CheckedClaim(Answer):
    """A claimed number beside the actual one, if that is known.

    ``holds`` is ``None`` where what is known does not tell; ``population`` is the one whose
    exploitability it is, ``None`` for everybody.
    """

    quantity: str
    claimed: Fraction
    actual: Bounds | None
    tolerance: Fraction
    holds: bool | None
    population: str | None = None

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> CheckedClaim:
        claimed, tolerance = Exact._of(row["claimed"]), Exact._of(row["tolerance"])
        actual = bounds_or_none(row["actual"])
        population = row.get("population")
        return cls(row["quantity"], claimed, actual, tolerance, row["holds"], population)


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
        from .._ask import evaluate

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

    ``exploitability`` is what one follower could gain by deviating alone, ``follower_value`` what
    the best deviation earns, ``follower_reward`` what a follower earns who plays like all; their
    difference is the first. ``bits`` is ``None`` when all numbers are exact, else the fractional
    bits of the outward-rounded arithmetic. ``deviation`` is, for an occupation measure, the largest
    difference between its masses and those of its policy's flow. ``populations`` are the views of
    the populations of the game, empty where it names none.
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
    populations: tuple[PopulationPlay, ...] = field(repr=False)
    _native: Evaluated | Restored = field(repr=False, compare=False)
    _actions: int = field(repr=False, compare=False)
    _game: Game = field(repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        # The native object stays in its process: the policy and the game are all that it knows.
        return self.__dict__ | {
            "_native": Restored(self._game, self._native.policy(), self.decision)
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)

    def policy(self) -> Table:
        """The policy, normalised exactly."""
        return self._dense(self._native.policy())

    def flow(self) -> Table:
        """The masses of the population, exactly; fractions grow with the number of stages."""
        return self._dense(self._native.flow())

    def flow_array(self) -> NDArray[np.float64]:
        """The masses, axes ``[stage][state][action]``, in binary64.

        They are the middles of enclosures in fixed point with 60 fractional bits.
        """
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

    def _rows(self) -> list[Row]:
        played, masses = self.policy(), self.flow_array()
        return [
            {"stage": t, "state": state, "action": action}
            | {"probability": played[t][s][a], "mass_approx": float(masses[t, s, a])}
            for t in range(self._game.stages)
            for s, state in enumerate(self._game.states)
            for a, action in enumerate(self._game.actions)
        ]

    @classmethod
    def _from(cls, native: Evaluated, game: Game) -> Evaluation:
        return cls(**_evaluated(native, game, json.loads(native.answer())))


def _evaluated(native: Evaluated, game: Game, answer: Mapping[str, Any]) -> dict[str, Any]:
    numbers = ("exploitability", "leader_reward", "follower_value", "follower_reward")
    return {name: bounds(answer[name]) for name in numbers} | {
        "decision": Decision._from(answer["decision"]),
        "adjustment": Adjustment._from(answer),
        "horizon": answer["horizon"],
        "deviation": bounds_or_none(native.deviation()),
        "bits": answer["bits"],
        "populations": PopulationPlay._all(answer.get("populations")),
        "_native": native,
        "_actions": native.shape()[2],
        "_game": game,
    }


@dataclass(frozen=True)
class Verification(Evaluation):
    """The answer of :func:`smfg.verify`: an :class:`Evaluation`, and what is certified.

    ``checks`` are the claimed numbers beside the actual ones; ``holds`` says that everything
    claimed is so. ``equilibrium`` says whether the play is an eps-equilibrium. ``least`` and
    ``greatest`` enclose the ends of the leader's reward over all eps-equilibria of its decision;
    ``worst`` says whether the play's is the least. ``value`` is the pessimistic value of the game
    and ``loss`` what the leader loses by the decision, ``None`` where the game cannot be solved
    over all decisions. Without a search (``solve=False``) all of these are ``None``, as is whatever
    is not decided.
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
        return cls(
            **_evaluated(native, game, answer),
            checks=tuple(map(CheckedClaim._from, answer["checks"])),
            holds=answer["holds"],
            epsilon=number_or_none(answer["epsilon"]),
            equilibrium=answer["equilibrium"],
            least=None if ends is None else bounds(ends["least"]),
            greatest=None if ends is None else bounds(ends["greatest"]),
            worst=None if place is None else place["worst"],
            value=bounds_or_none(answer["value"]),
            loss=bounds_or_none(answer["loss"]),
            status=None if ends is None else ends["status"],
            certificate=native.certificate(),
        )
