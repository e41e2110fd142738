"""Answers. Every number is exact: a ``Fraction``, or :class:`Bounds` of two.

Policies and flows are nested tuples ``[stage][state][action]``, in the orders in which the game
lists states and actions.
"""

from .functions import Curve, CurvePoint, Frontier, FrontierPoint, Jump, Price, Sweep
from .judged import Adjustment, CheckedClaim, Evaluation, Restored, Verification
from .listed import Check, Claimed, Equilibria, Polytope, Vertex
from .model_errors import Assessment, Sensitivity
from .played import Decision, DecisionBounds, Equilibrium, Part, Progress
from .populations import Population, PopulationPlay
from .solved import Range, RobustSolution, Solution

__all__ = [
    "Adjustment",
    "Assessment",
    "Check",
    "CheckedClaim",
    "Claimed",
    "Curve",
    "CurvePoint",
    "Decision",
    "DecisionBounds",
    "Equilibria",
    "Equilibrium",
    "Evaluation",
    "Frontier",
    "FrontierPoint",
    "Jump",
    "Part",
    "Polytope",
    "Population",
    "PopulationPlay",
    "Price",
    "Progress",
    "Range",
    "Restored",
    "RobustSolution",
    "Sensitivity",
    "Solution",
    "Sweep",
    "Verification",
    "Vertex",
]
