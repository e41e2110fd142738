"""Where the games are, and reference policies."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def models() -> Path:
    """The folder of the games with known values."""
    return ROOT / "models"


@pytest.fixture
def crowded_road():
    """Two roads: the bridge costs its mass, the tunnel 1/2. With x on the bridge the exploitability
    is x max(x - 1/2, 0) + (1 - x) max(1/2 - x, 0).
    """
    import smfg

    return smfg.Game.build(
        name="crowded road",
        stages=1,
        states=["home"],
        actions=["bridge", "tunnel"],
        initial="home",
        reward=[
            {"action": "bridge", "value": "-mu[*, bridge]"},
            {"action": "tunnel", "value": "-1/2"},
        ],
    )
