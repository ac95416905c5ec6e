"""What the tests of field work share: the street with everybody in it."""

from tests.incidents.conftest import keyed, signed, world

__all__ = ["keyed", "signed", "world"]
