"""What all answers can do: turn into dictionaries, JSON and tables of a notebook."""

from __future__ import annotations

import dataclasses
import html
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ._exact import spelled
from ._numbers import Bounds

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

    def _repr_html_(self) -> str:
        shown = [field for field in dataclasses.fields(self) if field.repr and not field.name.startswith("_")]  # type: ignore[arg-type]
        rows = "".join(
            f"<tr><th>{field.name}</th><td>{_cell(getattr(self, field.name))}</td></tr>"
            for field in shown
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"


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
