"""Certified values of finite Stackelberg mean-field games.

>>> import smfg
>>> game = smfg.loads('''
...     format = "smfg-game/1"
...     name = "crowded road"
...     stages = 1
...     states = ["home"]
...     actions = ["bridge", "tunnel"]
...     initial = { home = 1 }
...     [[reward]]
...     action = "bridge"
...     value = "-mu[*, bridge]"
...     [[reward]]
...     action = "tunnel"
...     value = "-1/2"
... ''')
>>> print(smfg.range(game, of="mu[home, bridge]@0"))
1/2 to 1/2
>>> print(smfg.evaluate(game, [[[0.75, 0.25]]]).exploitability)
3/16

Games come from files (:func:`load`), texts (:func:`loads`), arrays and formulas (:meth:`Game.build`), or other libraries (``smfg.mfglib``,
``smfg.openspiel``). Numbers are ``fractions.Fraction``, arrays have the axes ``[stage][state][action]``. Every bound that :func:`solve` and :func:`range`
return was accepted by a checker that computes with rationals only; :func:`check` runs it on a certificate.
"""

from ._ask import check, equilibria, evaluate, range, solve, verify
from ._errors import (
    ArgumentError,
    ClaimError,
    ConversionError,
    DecisionError,
    Error,
    ExpressionError,
    GameError,
    InternalError,
    UnsupportedError,
)
from ._game import Game, load, loads
from ._native import __version__
from ._numbers import Bounds
from ._results import (
    Adjustment,
    Check,
    CheckedClaim,
    Claimed,
    Decision,
    DecisionBounds,
    Equilibria,
    Equilibrium,
    Evaluation,
    Part,
    Polytope,
    Progress,
    Range,
    Solution,
    Verification,
    Vertex,
)

__all__ = [
    "Adjustment",
    "ArgumentError",
    "Bounds",
    "Check",
    "CheckedClaim",
    "ClaimError",
    "Claimed",
    "ConversionError",
    "Decision",
    "DecisionBounds",
    "DecisionError",
    "Equilibria",
    "Equilibrium",
    "Error",
    "Evaluation",
    "ExpressionError",
    "Game",
    "GameError",
    "InternalError",
    "Part",
    "Polytope",
    "Progress",
    "Range",
    "Solution",
    "UnsupportedError",
    "Verification",
    "Vertex",
    "__version__",
    "check",
    "equilibria",
    "evaluate",
    "load",
    "loads",
    "range",
    "solve",
    "verify",
]
