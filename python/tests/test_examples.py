"""The examples in the documentation of functions give what they show."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
import smfg

MODULES = [
    module.name
    for module in pkgutil.walk_packages(smfg.__path__, "smfg.")
    if not module.name.endswith("__main__") and not module.name.endswith("_native")
]


@pytest.mark.parametrize("name", ["smfg", *MODULES])
def test_examples(name):
    report: list[str] = []
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for examples in doctest.DocTestFinder().find(module):
        runner.run(examples, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_every_question_has_an_example():
    for name in ("solve", "robust", "range", "sweep", "frontier", "evaluate", "verify", "judge"):
        assert ">>> " in (getattr(smfg, name).__doc__ or ""), name
