"""What all answers can do: turn into dictionaries, JSON and tables of a notebook."""

from __future__ import annotations

import dataclasses
import html
import json
import math
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ._exact import spelled
from ._numbers import Bounds

if TYPE_CHECKING:
    import pandas

#: A row of a data frame: names of columns to texts, numbers, and ``Bounds``, which are two columns.
Row = dict[str, Any]

#: Most characters of an entry of a table in a notebook.
_LONGEST = 200


class Answer:
    """Answers are dataclasses that do not change: they are compared, hashed, copied and pickled.

    Statistics do not count when they are compared.
    """

    def to_dict(self) -> dict[str, Any]:
        """Nested dictionaries and lists of texts.

        Exact numbers are ``"p/q"``, bounds ``{"lower", "upper"}``, certificates texts.
        """
        plain: dict[str, Any] = _plain(self)
        return plain

    def dumps(self, indent: int | None = None) -> str:
        """:meth:`to_dict` as JSON."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def to_frame(self, *, exact: bool = False) -> pandas.DataFrame:
        """The answer as a table of pandas, which has to be installed.

        A row per decision, point, vertex, pair of state and action, or claim, according to the
        answer; one row with its fields for the others. ``Bounds`` are two columns, ``_lower`` and
        ``_upper``.

        Parameters
        ----------
        exact
            Whether entries are fractions; else they are in binary64: lower bounds rounded down,
            upper bounds rounded up, other numbers to nearest.
        """
        import pandas

        return pandas.DataFrame([_columns(row, exact) for row in self._rows()])

    def _rows(self) -> list[Row]:
        return [{field.name: getattr(self, field.name) for field in _shown(self)}]

    def _repr_html_(self) -> str:
        shown = _shown(self)
        rows = "".join(
            f"<tr><th>{field.name}</th><td>{_cell(getattr(self, field.name))}</td></tr>"
            for field in shown
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"


def _shown(answer: Any) -> list[dataclasses.Field[Any]]:
    fields = dataclasses.fields(answer)
    return [field for field in fields if field.repr and not field.name.startswith("_")]


#: Where the numbers of a column may be rounded to, by the end of its name.
_ENDS = {"lower": -math.inf, "upper": math.inf}


def _columns(row: Row, exact: bool) -> Row:
    ends: Row = {}
    for name, value in row.items():
        if isinstance(value, Bounds):
            ends |= {f"{name}_lower": value.lower, f"{name}_upper": value.upper}
        else:
            ends[name] = value
    return {name: _entry(name, value, exact) for name, value in ends.items()}


def _entry(name: str, value: Any, exact: bool) -> Any:
    if isinstance(value, Fraction):
        return value if exact else _towards(value, _ENDS.get(name.rpartition("_")[2]))
    return _plain(value) if isinstance(value, Answer) else value


def _towards(value: Fraction, end: float | None) -> float:
    """The binary64 number nearest to ``value``, between it and ``end`` where that is given."""
    try:
        near = float(value)
    except OverflowError:
        past = math.inf if value > 0 else -math.inf
        return past if past == (end or past) else math.copysign(sys.float_info.max, past)
    if end is None:
        return near
    beyond = Fraction(near) > value if end < 0 else Fraction(near) < value
    return math.nextafter(near, end) if beyond else near


def _plain(value: Any) -> Any:
    if isinstance(value, Bounds):
        return {"lower": spelled(value.lower), "upper": spelled(value.upper)}
    if isinstance(value, Fraction):
        return spelled(value)
    if isinstance(value, bytes):
        return value.decode()
    if dataclasses.is_dataclass(value):
        shown = (
            field.name for field in dataclasses.fields(value) if not field.name.startswith("_")
        )
        return {name: _plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


def _cell(value: Any) -> str:
    if isinstance(value, Answer) and getattr(value, "name", None):
        text = str(getattr(value, "name"))
    elif isinstance(value, (Bounds, Fraction)):
        text = str(value)
    else:
        text = json.dumps(_plain(value), ensure_ascii=False)
    return html.escape(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")
