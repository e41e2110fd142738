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

Games come from files (:func:`load`), texts (:func:`loads`), arrays and formulas
(:meth:`Game.build`), payoffs of finite games (:func:`from_payoffs`), random numbers
(:func:`generate`), or other libraries (``smfg.mfglib``, ``smfg.openspiel``). Numbers are
``fractions.Fraction``, arrays have the axes ``[stage][state][action]``. Every bound that is
returned was accepted by a checker that computes with rationals only; :func:`check` runs it on a
certificate.
"""

from . import models
from ._ask import (
    check,
    equilibria,
    evaluate,
    frontier,
    range,
    robust,
    sensitivity,
    solve,
    sweep,
    verify,
)
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
from ._exact import Exact
from ._game import Game, load, loads
from ._judge import Judgement, judge
from ._made import from_payoffs, generate
from ._map import Map, MapCell, MapClaim, map
from ._native import __version__
from ._numbers import Bounds
from ._results import (
    Adjustment,
    Assessment,
    Check,
    CheckedClaim,
    Claimed,
    Curve,
    CurvePoint,
    Decision,
    DecisionBounds,
    Equilibria,
    Equilibrium,
    Evaluation,
    Frontier,
    FrontierPoint,
    Jump,
    Part,
    Polytope,
    Population,
    PopulationPlay,
    Price,
    Progress,
    Range,
    RobustSolution,
    Sensitivity,
    Solution,
    Sweep,
    Verification,
    Vertex,
)

__all__ = [
    "Adjustment",
    "ArgumentError",
    "Assessment",
    "Bounds",
    "Check",
    "CheckedClaim",
    "ClaimError",
    "Claimed",
    "ConversionError",
    "Curve",
    "CurvePoint",
    "Decision",
    "DecisionBounds",
    "DecisionError",
    "Equilibria",
    "Equilibrium",
    "Error",
    "Evaluation",
    "Exact",
    "ExpressionError",
    "Frontier",
    "FrontierPoint",
    "Game",
    "GameError",
    "InternalError",
    "Judgement",
    "Jump",
    "Map",
    "MapCell",
    "MapClaim",
    "Part",
    "Polytope",
    "Population",
    "PopulationPlay",
    "Price",
    "Progress",
    "Range",
    "RobustSolution",
    "Sensitivity",
    "Solution",
    "Sweep",
    "UnsupportedError",
    "Verification",
    "Vertex",
    "__version__",
    "check",
    "equilibria",
    "evaluate",
    "from_payoffs",
    "frontier",
    "generate",
    "judge",
    "load",
    "loads",
    "map",
    "models",
    "range",
    "robust",
    "sensitivity",
    "solve",
    "sweep",
    "verify",
]
