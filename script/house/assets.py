"""Front-end files: npm fetches the locked packages, and the few files that pages need are copied to var/assets."""

import os
import re
import shutil
from pathlib import Path

from house.places import ASSETS, ROOT, TOOLS
from house.stamps import fingerprint, fresh, stamp
from house.steps import StepFailed, base_env, run

MODULES = ROOT / "node_modules"

# Copied file below var/assets -> its place in node_modules.
FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "vendor/MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "vendor/MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
    "vendor/leaflet-heat.js": "leaflet.heat/dist/leaflet-heat.js",
}

# Maps of the unpacked sources are not copied; a browser's tools would ask for them in vain.
SOURCE_MAP = re.compile(rb"\n?(?://[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=[^*]+\*/)\s*")


def ensure() -> None:
    """Fetch and copy the files unless this has been done for the same lock."""
    value = fingerprint([ROOT / "package-lock.json", Path(__file__)])
    if fresh("assets", value) and all((ASSETS / name).is_file() for name in FILES):
        return
    fetch()
    copy()
    stamp("assets", value)


def fetch() -> None:
    remedy = "is the npm registry reachable? behind a private CA set NODE_EXTRA_CA_CERTS"
    command: list[str | Path] = [npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(command, what="npm ci failed", remedy=remedy, env=npm_env())


def npm() -> Path:
    """Give npm: the machine's, else the one of the wheel in var/tools."""
    found = shutil.which("npm") or wheel_npm()
    if not found:
        raise StepFailed("npm is missing", "install npm, or remove var/tools and start again")
    return Path(found)


def wheel_npm() -> str | None:
    return shutil.which("npm", path=str(TOOLS / "bin"))


def npm_env() -> dict[str, str]:
    """Give npm an environment in which the wheel's node is found and its cache stays in the project's var/."""
    env = base_env()
    env["NODE_DISABLE_COMPILE_CACHE"] = "1"  # it would stay in /tmp
    env["PATH"] = os.pathsep.join((env.get("PATH", os.defpath), str(TOOLS / "bin")))
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    if bundle.is_file():
        env.setdefault("NODE_EXTRA_CA_CERTS", str(bundle))
    return env


def copy() -> None:
    for name, source in FILES.items():
        target = ASSETS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(SOURCE_MAP.sub(b"\n", (MODULES / source).read_bytes()))
