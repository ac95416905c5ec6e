"""What every command needs before it starts: packages, front-end files, secrets, translations."""

from house import assets, project, python_env, system
from house.steps import step
from house.system import Need


def ensure(needs: tuple[Need, ...], *, with_tests: bool = False) -> None:
    """Do every step that is not done yet; what is done costs nothing."""
    with step("system packages"):
        system.ensure(needs)
    with step("Python packages"):
        python_env.ensure(with_tests=with_tests)
    with step("front-end files"):
        assets.ensure()
    with step("secrets and translations"):
        project.ensure_secrets()
        project.compile_catalogs()
