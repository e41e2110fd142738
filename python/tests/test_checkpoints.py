"""Searches that keep what they find, and go on from it."""

import warnings

import pytest
import smfg


@pytest.fixture(scope="module")
def game():
    return smfg.generate(
        "mean-field", interaction="general", aggregates=3, stages=4, states=5, actions=3
    )


def test_a_search_goes_on_where_its_limit_ended_it(game, tmp_path):
    file = tmp_path / "game.check"
    first = game.solve(epsilon="1/100", checkpoint=file, time_limit=0.3, threads=1)
    assert file.stat().st_size > 0
    whole = game.solve(epsilon="1/100", checkpoint=str(file), threads=1)
    assert whole.status != "limit"
    assert first.value.lower <= whole.value.upper and whole.value.lower <= first.value.upper
    # The answer is in the file, and is checked again: the same certificate, at once.
    again = game.solve(epsilon="1/100", checkpoint=file, threads=1)
    assert again.certificate == whole.certificate
    alone = game.solve(epsilon="1/100", threads=1)
    assert alone.value.lower <= whole.value.upper and whole.value.lower <= alone.value.upper


def test_ranges_and_sweeps_keep_their_answers(game, tmp_path):
    for name, ask in (
        ("range", lambda file: game.range(epsilon="1/10", of="mu[s1]@2", checkpoint=file)),
        ("sweep", lambda file: game.sweep(epsilon=("1/10", "1/8"), width=1, checkpoint=file)),
    ):
        file = tmp_path / name
        assert ask(file).certificate == ask(file).certificate
        assert file.read_text().startswith("smfg-checkpoint")


def test_a_checkpoint_of_another_call_is_refused(game, tmp_path):
    file = tmp_path / "game.check"
    game.solve(epsilon="1/10", checkpoint=file)
    with pytest.raises(smfg.ArgumentError, match="another call.*1/10"):
        game.solve(epsilon="1/20", checkpoint=file)
    foreign = tmp_path / "notes.txt"
    foreign.write_text("mine")
    with pytest.raises(smfg.ArgumentError, match="no checkpoint"):
        game.solve(epsilon="1/10", checkpoint=foreign)
    assert foreign.read_text() == "mine"
    with pytest.raises(smfg.ArgumentError, match="expected the path of a file"):
        game.solve(checkpoint=3)


def test_an_answer_stands_where_nothing_can_be_written(game, tmp_path):
    with pytest.warns(UserWarning, match="checkpoint"):
        answer = game.solve(epsilon="1/10", checkpoint=tmp_path / "no folder" / "game.check")
    assert answer.status != "limit"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        game.solve(epsilon="1/10", checkpoint=tmp_path / "game.check")
