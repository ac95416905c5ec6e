"""What the machine itself must have; apt is asked only when something is missing."""

import ctypes.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from house import postgres
from house.places import VAR
from house.steps import StepFailed, base_env, run


@dataclass(frozen=True)
class Need:
    """A thing that must be on the machine: how to see it, and which packages bring it."""

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]


def program(*names: str) -> Callable[[], bool]:
    """Give a check for one of some programs."""
    return lambda: any(shutil.which(name) for name in names)


def library(name: str) -> Callable[[], bool]:
    """Give a check for a shared library."""
    return lambda: ctypes.util.find_library(name) is not None


def has_ensurepip() -> bool:
    """Tell whether `python -m venv` works: Debian packs half of it apart."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


def has_chinese_font() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
    return any(next(folder.rglob("*CJK*"), None) for folder in folders if folder.is_dir())


def on_ubuntu() -> bool:
    """Tell whether this is Ubuntu, whose Chromium is a snap that does not run everywhere."""
    try:
        return "ID=ubuntu" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

SERVER_NEEDS = (
    Need("the venv module of Python", has_ensurepip, (f"{PYTHON}-venv",)),
    Need("PostgreSQL with PostGIS", lambda: bool(postgres.programs()), ("postgresql", "postgresql-postgis")),
    Need("Redis", program("redis-server"), ("redis-server",)),
    Need("gettext", program("msgfmt"), ("gettext",)),
    Need("GDAL", library("gdal"), ("gdal-bin",)),
    Need("GEOS", library("geos_c"), ("libgeos-c1v5",)),
    Need("certificates", Path("/etc/ssl/certs/ca-certificates.crt").is_file, ("ca-certificates",)),
)
TEST_NEEDS = (
    *SERVER_NEEDS,
    Need("Chinese fonts", has_chinese_font, ("fonts-noto-cjk",)),
    *(() if on_ubuntu() else (Need("Chromium", program("chromium"), ("chromium",)),)),
)


def missing(needs: tuple[Need, ...]) -> list[Need]:
    """List what is missing; servers do not count when the environment names other ones."""
    given = {
        "PostgreSQL with PostGIS": "DATABASE_URL" in os.environ,
        "Redis": "REDIS_URL" in os.environ,
    }
    return [need for need in needs if not given.get(need.name) and not need.present()]


def ensure(needs: tuple[Need, ...]) -> None:
    """Install what is missing, then look again."""
    lacking = missing(needs)
    if not lacking:
        return
    packages = [package for need in lacking for package in need.packages]
    install(packages)
    if still := missing(needs):
        names = ", ".join(need.name for need in still)
        raise StepFailed(f"still missing after apt: {names}", f"apt-get install {' '.join(packages)}")


def install(packages: list[str]) -> None:
    """Install packages by apt as root or by sudo."""
    if not shutil.which("apt-get"):
        raise StepFailed("this is not Debian or Ubuntu", f"install yourself: {' '.join(packages)}")
    apt = [*privilege(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    log = VAR / "log" / "apt.log"
    remedy = f"is the network up, is apt in use elsewhere? read {log}"
    run([*apt, "update"], what="apt-get update failed", remedy=remedy, env=base_env(), log=log)
    command = [*apt, "install", "--no-install-recommends", *packages]
    run(command, what=f"apt could not install {' '.join(packages)}", remedy=remedy, env=base_env(), log=log)


def privilege() -> list[str]:
    """Give the words before a command that needs root."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise StepFailed("system packages are missing and there is no sudo", "run this once as root")
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
