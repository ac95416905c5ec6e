"""One at a time in a checkout."""

from pathlib import Path

import pytest

from house.locks import alone
from house.steps import StepFailed


def test_a_second_one_is_told_who_runs(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "lock", "script/server", "stop it", note="http://127.0.0.1:8000"),
        pytest.raises(StepFailed, match=r"script/server runs already .*process \d+, http://127.0.0.1:8000.* - stop it"),
        alone(tmp_path / "lock", "script/server", "stop it"),
    ):
        pass


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    for _turn in range(2):
        with alone(tmp_path / "lock", "a proof", "wait"):
            pass
