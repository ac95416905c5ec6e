"""One at a time in a checkout: a lock that goes with its process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from house.steps import StepFailed


@contextmanager
def alone(path: Path, what: str, remedy: str, *, note: str = "") -> Iterator[None]:
    """Hold the lock `path`; StepFailed, naming the process that holds it (and its note), when `what` runs already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise StepFailed(f"{what} runs already in this checkout ({file.read().strip()})", remedy) from error
        file.truncate(0)
        file.write(", ".join(filter(None, (f"process {os.getpid()}", note))))
        file.flush()
        yield
