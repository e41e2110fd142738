"""The notebooks of docs/notebooks run from top to bottom; what they assert holds."""

from __future__ import annotations

import pytest

from conftest import ROOT

PLACE = ROOT / "docs" / "notebooks"
NOTEBOOKS = sorted(PLACE.glob("*.ipynb"))
nbformat = pytest.importorskip("nbformat", reason="pip install './python[test]'")
nbclient = pytest.importorskip("nbclient", reason="pip install './python[test]'")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_runs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    # A failing cell raises, with its traceback.
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_asserts_and_is_shipped_without_outputs(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert any("assert " in cell.source for cell in cells)
    assert not any(cell.outputs or cell.execution_count for cell in cells)


def test_there_are_three():
    assert len(NOTEBOOKS) == 3
