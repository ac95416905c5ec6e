"""A stamp remembers from which input something was made, so that the second start makes nothing again."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from house.places import VAR

STAMPS = VAR / "stamps"


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Give a digest of the files' contents and of some words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def tree_fingerprint(folders: Iterable[Path], *words: str) -> str:
    """Give a digest of names, sizes and times of all files below some folders (quick, for thousands of files)."""
    digest = hashlib.sha256("\0".join(words).encode())
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                state = file.stat()
                digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def fresh(name: str, value: str) -> bool:
    """Tell whether the thing was last made from the same input."""
    path = STAMPS / name
    return path.is_file() and path.read_text() == value


def stamp(name: str, value: str) -> None:
    """Remember the input; call it only after the thing was made whole."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)


def forget(name: str) -> None:
    """Forget a stamp, so that the thing is made again."""
    (STAMPS / name).unlink(missing_ok=True)
