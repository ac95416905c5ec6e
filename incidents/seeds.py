"""The tables that a new platform starts with, as they lie in incidents/data and the data of the apps above."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.db.models import Model

_DATA: Final = Path(__file__).parent / "data"


def seed_lines(name: str, *, folder: Path = _DATA) -> Iterator[dict[str, str]]:
    """The lines of the CSV file `name` in `folder`, each by the words of its head."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def fill_table(model: type[Model], name: str, *, folder: Path) -> None:
    """Fill an empty dictionary from a file; an office that deletes a row does not get it back."""
    if not model._default_manager.exists():
        lines = seed_lines(name, folder=folder)
        model._default_manager.bulk_create(model(position=n, **line) for n, line in enumerate(lines, 1))
