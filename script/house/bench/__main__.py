"""Sets up like the other commands, then hands over to `house.bench.run` inside the virtual environment."""

import os
import subprocess
import sys

from house import project, services, setup, system
from house.places import ROOT, VAR, Area
from house.python_env import PYTHON
from house.steps import StepFailed, finish

BENCH = Area(folder=VAR / "bench", durable=True)
"""Durable like a real server: an acknowledged report costs its fsync here too."""


def main(arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        arguments = ["--help"]
    try:
        return bench(arguments)
    except StepFailed as failed:
        return finish(failed)
    except KeyboardInterrupt:
        return 130


def bench(arguments: list[str]) -> int:
    setup.ensure(system.SERVER_NEEDS)
    addresses = services.up(BENCH)
    env = project.environment(addresses) | {"PYTHONPATH": f"{ROOT}:{ROOT / 'script'}", "BENCH": "1"}
    try:
        project.collect_static(env)
        command = [str(PYTHON), "-m", "house.bench.run", *arguments]
        return subprocess.run(command, cwd=ROOT, env=os.environ | env, check=False).returncode
    finally:
        services.down(BENCH)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
