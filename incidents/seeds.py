"""The tables that a new platform starts with, as they lie in incidents/data and the data of the apps above."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parent / "data"


def seed_lines(name: str, *, folder: Path = _DATA) -> Iterator[dict[str, str]]:
    """The lines of the CSV file `name` in `folder`, each by the words of its head."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
