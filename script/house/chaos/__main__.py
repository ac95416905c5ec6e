"""Sets up like the other commands, then hands over to `house.chaos.run` inside the virtual environment."""

import os
import subprocess
import sys

from house import setup, system
from house.places import ROOT
from house.python_env import PYTHON
from house.steps import StepFailed, finish


def main(arguments: list[str]) -> int:
    try:
        setup.ensure(system.SERVER_NEEDS)
        env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'script'}"}
        return subprocess.run([PYTHON, "-m", "house.chaos.run", *arguments], cwd=ROOT, env=env, check=False).returncode
    except StepFailed as failed:
        return finish(failed)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
