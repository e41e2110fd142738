"""The native module; private. Numbers are texts ``p/q``, answers JSON, arrays the bytes of ``.npy``
files.
"""

import os
from collections.abc import Callable
from typing import Any

__version__: str

Question = dict[str, Any]
Progress = Callable[..., object] | None
#: JSON, and a certificate.
Answer = tuple[str, bytes]

def import_nfg(text: str, file: str) -> str: ...
def finite_game(
    title: str, players: list[tuple[str, list[str]]], payoffs: list[list[str]]
) -> str: ...
def generate(
    sizes: tuple[int, int, int, int, int], seed: int, mean_field: tuple[str, int] | None
) -> str: ...
def collection() -> str: ...
def collected_game(name: str) -> tuple[str, str]: ...
