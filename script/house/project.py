"""Steps that use the project itself: secrets, translations, static files, migrations, the demo street."""

import base64
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from house import postgres
from house.places import ASSETS, ROOT, SECRETS, SERVER, VAR
from house.python_env import PYTHON
from house.stamps import fingerprint, fresh, stamp, tree_fingerprint
from house.steps import base_env, run

APPS = ("accounts", "notices", "grid", "incidents", "fieldwork", "partybuilding", "volunteers", "reports")
CATALOGS = (ROOT / "locale", ROOT / "config" / "locale")


def environment(addresses: dict[str, str]) -> dict[str, str]:
    """Give the environment for everything that runs Django.

    Byte code is kept in var/, also where the shell forbids to write it: every process would compile all libraries anew.
    """
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(VAR / "pycache"),
    }
    given = {name: value for name, value in base_env().items() if name != "PYTHONDONTWRITEBYTECODE"}
    return given | own | addresses


def manage(env: dict[str, str], *arguments: str, what: str, remedy: str = "") -> str:
    """Run a command of manage.py and give its output."""
    return run([PYTHON, ROOT / "manage.py", *arguments], what=what, remedy=remedy, env=env)


def ensure_secrets() -> None:
    """Make the secrets of this machine once; losing field_key means losing all encrypted phone numbers."""
    SECRETS.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_secret("secret_key", secrets.token_urlsafe(50))
    make_secret("field_key", base64.b64encode(secrets.token_bytes(32)).decode())


def make_secret(name: str, value: str) -> str:
    """Keep a secret in a file that only its owner reads, and give the one that counts: the first."""
    path = SECRETS / name
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
    return path.read_text().strip()


def demo_password() -> str:
    """Give DEMO_PASSWORD, else the one of the first start, else a new one that the password rules accept."""
    if given := os.environ.get("DEMO_PASSWORD"):
        (SECRETS / "demo_password").unlink(missing_ok=True)
        return make_secret("demo_password", given)
    return make_secret("demo_password", f"Grid-{secrets.token_hex(4)}-{secrets.randbelow(90) + 10}")


def compile_catalogs() -> None:
    """Compile each catalog that is newer than its compiled form."""
    for catalog in catalogs():
        compiled = catalog.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalog.stat().st_mtime:
            command: list[str | Path] = ["msgfmt", "--check-format", "-o", compiled, catalog]
            run(
                command, what=f"{catalog.relative_to(ROOT)} does not compile", remedy="mend the catalog", env=base_env()
            )


def catalogs() -> Iterator[Path]:
    return (catalog for folder in CATALOGS for catalog in sorted(folder.glob("*/LC_MESSAGES/*.po")))


def collect_static(env: dict[str, str]) -> None:
    """Collect static files when any of ours, or the lock of the libraries, has changed."""
    value = tree_fingerprint(
        [ROOT / "static", ASSETS], fingerprint([ROOT / "uv.lock", ROOT / "config" / "staticfiles.py"])
    )
    if fresh("static", value) and (VAR / "static").is_dir():
        return
    manage(env, "collectstatic", "--noinput", "--clear", "-v", "0", what="collectstatic failed")
    stamp("static", value)


def prepare_database(env: dict[str, str], password: str) -> str:
    """Migrate and load the demo street into an empty database; give what the load said.

    A private database remembers in its comment for which code this was done, so that a second start asks nothing.
    """
    value = database_fingerprint(password)
    if private(env) and comment() == value:
        return ""
    manage(env, "migrate", "--noinput", what="migrate failed")
    said = manage(env, "demo", "--if-empty", "--password", password, what="the demo street could not be loaded")
    if private(env):
        postgres.query(SERVER, postgres.DATABASE, f"COMMENT ON DATABASE {postgres.DATABASE} IS '{value}'")
    return said


def private(env: dict[str, str]) -> bool:
    return env["DATABASE_URL"] == postgres.url(SERVER)


def comment() -> str:
    sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    return postgres.query(SERVER, postgres.DATABASE, sql).strip()


def database_fingerprint(password: str) -> str:
    """Give a digest of all migrations, the libraries and the demo password."""
    migrations = [file for app in APPS for file in (ROOT / app / "migrations").glob("*.py")]
    return fingerprint([*migrations, ROOT / "uv.lock"], password)
