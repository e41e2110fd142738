"""The JSON of a game from arrays and formulas (docs/model.md has the format)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ._errors import GameError, shown
from ._numbers import exact

#: Longest common denominator, and largest numerator, that a table of binary fractions is written
#: with; others are written entry by entry.
_MOST_BITS = 62
#: Sums that are off by at most this are taken for rounding.
_ROUNDING = Fraction(1, 10**9)


def game_json(
    *,
    name: str,
    stages: int,
    states: Any = None,
    actions: Any = None,
    initial: Any = None,
    populations: Any = None,
    reward: Any = (),
    transition: Any = (),
    leader: Mapping[str, Any] | None = None,
    leader_reward: Any = (),
    leader_payoff: Any = (),
    available: Sequence[Mapping[str, Any]] = (),
    discount: Any = 1,
    define: Mapping[str, Any] | None = None,
    aggregates: Mapping[str, Any] | None = None,
    normalise: bool = False,
    description: str = "",
    source: str = "",
) -> str:
    """The text of a game file; :meth:`smfg.Game.build` describes the arguments."""
    if not isinstance(normalise, bool):
        raise GameError(f"normalise: found {shown(normalise)}, expected True or False")
    everybody = {"states": states, "actions": actions, "initial": initial}
    members = (
        _members(everybody, normalise)
        if populations is None
        else _populations(populations, everybody, normalise)
    )
    document: dict[str, Any] = {"format": "smfg-game/1", "name": name}
    document |= {
        key: value for key, value in {"description": description, "source": source}.items() if value
    }
    document |= {"stages": stages} | members
    if discount != 1:
        document["discount"] = _value(discount, "discount")
    if define:
        document["define"] = {key: _value(value, f"define, {key}") for key, value in define.items()}
    if available:
        document["available"] = [dict(rule) for rule in available]
    tables: dict[str, Any] = {"normalise": True} if normalise else {}
    if aggregates:
        tables["aggregates"] = [_aggregate(key, value) for key, value in aggregates.items()]
    rows = members.get("population", [members])
    sizes = (sum(len(row["states"]) for row in rows), sum(len(row["actions"]) for row in rows))
    for key, given, axes in (
        ("reward", reward, (stages, *sizes)),
        ("transition", transition, (stages - 1, *sizes, sizes[0])),
        ("leader_reward", leader_reward, (stages, *sizes)),
    ):
        rules, parts = _rules_and_parts(key, given, axes)
        if parts:
            tables[key] = parts
        if rules and key == "leader_reward":
            document.setdefault("leader", {})["reward"] = rules
        elif rules:
            document[key] = rules
    if leader:
        document["leader"] = _leader(leader) | document.get("leader", {})
    payoffs = (
        [{"value": leader_payoff}]
        if isinstance(leader_payoff, (str, int, float, Fraction, Decimal))
        else leader_payoff
    )
    if payoffs:
        document.setdefault("leader", {})["payoff"] = [_rule(rule) for rule in payoffs]
    if tables:
        document["tables"] = tables
    try:
        return json.dumps(document, indent=None, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise GameError(f"found what no game file can say: {error}") from None


def _members(given: Mapping[str, Any], normalise: bool, where: str = "") -> dict[str, Any]:
    """States, actions and the initial law of everybody, or of one population."""
    missing = [key for key in ("states", "actions", "initial") if given.get(key) is None]
    if missing:
        raise GameError(f"{where}{missing[0]} is missing")
    states, actions = _entities(given["states"], "s"), _entities(given["actions"], "a")
    names = [state if isinstance(state, str) else state["name"] for state in states]
    initial = _initial(given["initial"], names, normalise)
    return {"states": states, "actions": actions, "initial": initial}


def _populations(given: Any, everybody: Mapping[str, Any], normalise: bool) -> dict[str, Any]:
    """Populations by name, or a list of them with their names."""
    if any(part is not None for part in everybody.values()):
        raise GameError(
            "found states, actions or initial beside populations, expected them in every population"
        )
    if isinstance(given, Mapping):
        given = [{"name": name, **own} for name, own in given.items()]
    rows = []
    for own in given:
        if not isinstance(own, Mapping):
            raise GameError(
                f"populations: found {shown(own)}, expected a mapping with name, mass, states, "
                f"actions and initial"
            )
        where = f"population {shown(own.get('name'))}: "
        strange = sorted(set(own) - {"name", "mass", "states", "actions", "initial"}, key=repr)
        if strange:
            raise GameError(f"{where}found the unknown key {shown(strange[0])}")
        if own.get("mass") is None:
            raise GameError(f"{where}mass is missing")
        mass = _value(own["mass"], f"{where}mass")
        rows.append({"name": own.get("name"), "mass": mass} | _members(own, normalise, where))
    return {"population": rows}


def _entities(given: Any, letter: str) -> list[Any]:
    """States or actions: a number of them, names, tables with attributes, or names with their
    attributes.
    """
    if isinstance(given, int):
        return [f"{letter}{index}" for index in range(given)]
    if isinstance(given, Mapping):
        given = [{"name": name, **attributes} for name, attributes in given.items()]
    return [
        (
            entity
            if isinstance(entity, str)
            else {key: value if key == "name" else _value(value) for key, value in entity.items()}
        )
        for entity in given
    ]


def _value(value: Any, where: str = "the number") -> Any:
    """A formula as it is, a number exactly."""
    return value if isinstance(value, str) else _number(value, where)


def _number(value: Any, where: str = "the number") -> int | str:
    number = exact(value, where)
    return number.numerator if number.denominator == 1 else str(number)


def _initial(given: Any, names: Sequence[str], normalise: bool) -> Any:
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return {name: _value(mass, f"initial, {name}") for name, mass in given.items()}
    masses = list(np.ravel(np.asarray(given))) if not isinstance(given, Sequence) else list(given)
    if len(masses) != len(names):
        raise GameError(
            f"initial: found {len(masses)} masses, expected {len(names)}, one per state"
        )
    numbers = [exact(mass, f"initial, {name}") for name, mass in zip(names, masses)]
    missing = 1 - sum(numbers, Fraction(0))
    if normalise and abs(missing) <= _ROUNDING:
        numbers[numbers.index(max(numbers))] += missing
    return {name: _number(number) for name, number in zip(names, numbers) if number != 0}


def _leader(given: Mapping[str, Any]) -> dict[str, Any]:
    leader = dict(given)
    decisions = leader.get("decisions")
    if isinstance(decisions, Mapping):
        decisions = [{"name": name, **parameters} for name, parameters in decisions.items()]
    if decisions is not None:
        leader["decisions"] = [_decision(row) for row in decisions]
    if "require" in leader:
        leader["require"] = [
            {key: _value(value, f"require, {key}") for key, value in _requirement(row).items()}
            for row in leader["require"]
        ]
    if "variables" in leader:
        plain = ("name", "integer")
        leader["variables"] = [
            {key: value if key in plain else _value(value) for key, value in row.items()}
            for row in leader["variables"]
        ]
    return leader


def _requirement(row: Any) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise GameError(
            f"require: found {shown(row)}, expected a rule such as "
            f"{{'value': 'mu[ill]@2', 'at_most': '1/10'}}"
        )
    return row


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"decision {shown(row.get('name'))}"
    return {
        key: value if key == "name" else _value(value, f"{where}, {key}")
        for key, value in row.items()
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    def entry(key: str, value: Any) -> Any:
        if key == "value":
            return _value(value)
        if key == "to" and isinstance(value, Mapping):
            return {state: _value(probability) for state, probability in value.items()}
        return value

    if not isinstance(rule, Mapping):
        raise GameError(f"found {shown(rule)}, expected a rule, such as {{'value': formula}}")
    return {key: entry(key, value) for key, value in rule.items()}


def _rules_and_parts(key: str, given: Any, axes: tuple[int, ...]) -> tuple[list[Any], list[Any]]:
    """Rules (selectors and a formula) and parts (an array times a formula) of a table."""
    if isinstance(given, (str, int, float, Fraction, Decimal)) and key != "transition":
        given = [{"value": given}]
    elif (
        isinstance(given, Mapping)
        or hasattr(given, "shape")
        or (isinstance(given, Sequence) and given and not _is_entry(given[0]))
    ):
        given = [given]
    rules, parts = [], []
    for entry in given:
        if isinstance(entry, Mapping) and "sparse" in entry:
            parts.append(_sparse(key, entry))
        elif isinstance(entry, Mapping) and "array" not in entry:
            rules.append(_rule(entry))
        elif isinstance(entry, Mapping):
            extra = set(entry) - {"array", "times"}
            if extra:
                raise GameError(
                    f"{key}: a part has the keys array and times, found {', '.join(sorted(extra))}"
                )
            parts.append(_part(key, entry["array"], entry.get("times"), axes))
        else:
            parts.append(_part(key, entry, None, axes))
    return rules, parts


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping) or hasattr(value, "shape")


def _part(key: str, given: Any, times: str | None, axes: tuple[int, ...]) -> dict[str, Any]:
    array = _array(given)
    names = "[stage][state][action]" + ("[next state]" if key == "transition" else "")
    if array.shape not in (axes, axes[1:]):
        raise GameError(
            f"{key}: found an array of shape {array.shape}, expected {axes} for {names}, or "
            f"{axes[1:]} for all stages"
        )
    part: dict[str, Any] = {} if times is None else {"times": times}
    if array.shape == axes[1:]:
        part["time_invariant"] = True
    return part | _numbers(array, key)


def _sparse(key: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """A part as in game files, entries ``[stage, state, action, (next state,) number]``."""
    extra = set(part) - {"sparse", "times", "time_invariant"}
    if extra:
        raise GameError(
            f"{key}: a sparse part has the keys sparse, times and time_invariant, found "
            f"{', '.join(sorted(extra))}"
        )
    return {
        **part,
        "sparse": [[*map(int, entry[:-1]), _number(entry[-1])] for entry in part["sparse"]],
    }


def _aggregate(name: str, given: Any) -> dict[str, Any]:
    """Weights ``[state][action]``, or a mapping with ``weights`` and ``stage``."""
    stage = None
    if isinstance(given, Mapping):
        given, stage = given["weights"], given.get("stage")
    return (
        {"name": name} | ({} if stage is None else {"stage": stage}) | _numbers(_array(given), name)
    )


def _array(given: Any) -> np.ndarray[Any, Any]:
    if hasattr(given, "detach"):  # a tensor of torch
        given = given.detach().cpu().numpy()
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise GameError(f"found lists that are no array: {error}") from None
    return np.asarray(given, dtype=object) if array.dtype.kind in "US" else array


def _numbers(array: np.ndarray[Any, Any], key: str) -> dict[str, Any]:
    """``dense`` or ``sparse``, whichever is shorter; binary fractions over a common denominator
    where that is short.
    """
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise GameError(f"{key}: the array has entries that are not finite")
    denominator, array = _common(array)
    head: dict[str, Any] = {} if denominator == 1 else {"denominator": denominator}
    nonzero = np.argwhere(array != 0)
    if 2 * len(nonzero) * array.ndim < array.size:
        rows = zip(nonzero.tolist(), _entries(array[tuple(nonzero.T)]))
        return head | {"sparse": [[*index, entry] for index, entry in rows]}
    return head | {
        "dense": np.array(list(_entries(array.ravel())), dtype=object).reshape(array.shape).tolist()
    }


def _entries(values: np.ndarray[Any, Any]) -> Iterator[int | str]:
    if values.dtype.kind in "iu":
        return iter(values.tolist())
    return (_number(value) for value in values.tolist())


def _common(array: np.ndarray[Any, Any]) -> tuple[int, np.ndarray[Any, Any]]:
    """A power of two by which all entries are whole numbers of 62 bits, and these; 1 and the array
    itself where there is none.
    """
    if array.dtype.kind != "f":
        return 1, array
    values = array.astype(np.float64)
    for bits in range(0, _MOST_BITS, 2):
        scaled = np.ldexp(values, bits)
        if np.abs(scaled).max(initial=0) >= 2.0**_MOST_BITS:
            break
        if (scaled == np.floor(scaled)).all():
            return 1 << bits, scaled.astype(np.int64)
    return 1, values
