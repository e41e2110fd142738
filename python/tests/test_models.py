"""The collection, as Python has it."""

from fractions import Fraction

import pytest

import smfg


def test_every_instance_is_what_the_index_says():
    instances = smfg.models.list()
    assert len(instances) >= 100
    assert len({instance.id for instance in instances}) == len(instances)
    for instance in instances:
        if instance.pairs <= 200:
            assert instance.load().hash == instance.hash, instance.id


def test_values_are_those_of_solve():
    game = smfg.models.load("braess")
    value = smfg.models.info("braess").values[0]
    # By hand (models/README.md): -3/2 from toll 1/2 on.
    assert (value.epsilon, value.bounds.number) == (0, Fraction(-3, 2))
    assert smfg.solve(game).value.number == Fraction(-3, 2)


def test_filters():
    everything = smfg.models.list()
    parts = [smfg.models.list(status="open"), smfg.models.list(status="closed")]
    assert sum(map(len, parts)) == len(everything) and all(parts)
    assert all(instance.game_class == "C3" for instance in smfg.models.list(game_class="C3"))
    assert {"braess", "braess_1968"} <= {i.id for i in smfg.models.list(containing="braess")}
    assert all(instance.pairs <= 10 for instance in smfg.models.list(most_pairs=10))


def test_unknown_names_are_one_clear_error():
    for ask in (smfg.models.load, smfg.models.info):
        with pytest.raises(smfg.ArgumentError, match="no instance 'brass'"):
            ask("brass")
