"""Where things lie in a checkout, and which folder can carry Unix sockets."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
TOOLS = VAR / "tools"
VENV = VAR / "venv"
ASSETS = VAR / "assets"
SECRETS = VAR / "secrets"

# A Unix socket's path has at most 107 bytes; ".s.PGSQL.5432.lock" and a separator need 20 of them.
SOCKET_FOLDER_BYTES = 80


@dataclass(frozen=True)
class Area:
    """One set of private servers: where their files lie and whether commits must survive a power cut."""

    folder: Path
    durable: bool

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


SERVER = Area(folder=VAR, durable=True)
TEST = Area(folder=VAR / "test", durable=False)


def area(name: str) -> Area:
    """Give the area of that name: `server`, `test`, or a throw-away one under var/ (never durable)."""
    known = {"server": SERVER, "test": TEST}
    return known.get(name) or Area(folder=VAR / name, durable=False)


def short_name(folder: Path) -> str:
    """Name a folder by a hash, for places outside the checkout."""
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return f"grid-governance-{os.geteuid()}-{digest}"


def socket_folder(area: Area) -> Path:
    """Give a folder whose sockets every client can name: in the area, or in /tmp where that path is unfit.

    Unfit is a path that is too long for a socket, has characters that URLs must quote, or lies in a closed home.
    """
    inside = area.folder / "run"
    plain = str(inside).isascii() and not set(str(inside)) & set(" '\"%?#@&+\\")
    if plain and len(os.fsencode(inside)) <= SOCKET_FOLDER_BYTES and open_to_all(area.folder):
        return inside
    return Path("/tmp") / short_name(area.folder)


def open_to_all(folder: Path) -> bool:
    """Tell whether another account could reach this folder (the postgres account must, when root starts us)."""
    if os.geteuid() != 0:
        return True
    existing = [part for part in (folder, *folder.parents) if part.exists()]
    return all(part.stat().st_mode & 0o001 for part in existing)
