"""What stands in the way of a dossier's leaving is told by whoever knows it."""

import pytest

from rendang.dossiers.queries import departure
from rendang.dossiers.queries.departure import Obstacle, obstacles
from rendang.kernel.standards.telling import say


@pytest.fixture(autouse=True)
def _none_declared(monkeypatch):
    monkeypatch.setattr(departure, "CHECKS", {})


def test_nothing_stands_in_the_way_when_nobody_knows_of_anything():
    assert obstacles([1, 2]) == {1: [], 2: []}


def test_hindrances_come_before_warnings():
    warning, hindrance = Obstacle(say("in_the_way.certificate"), warning=True), Obstacle(say("in_the_way.transfer"))
    departure.before_departure(lambda ids: {1: [warning]})
    departure.CHECKS["other"] = lambda ids: {1: [hindrance]}
    assert obstacles([1]) == {1: [hindrance, warning]}
