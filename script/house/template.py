"""The migrated, empty database of which each process of the tests takes a copy: all migrations take 15 s and more."""

from house import postgres, project
from house.places import TEST

PREFIX = "migrated_"


def ensure(env: dict[str, str]) -> str:
    """Give the name of the database for these migrations, making it if need be; "" on servers that are not ours."""
    if env["DATABASE_URL"] != postgres.url(TEST):
        return ""
    name = PREFIX + project.database_fingerprint("")[:16]
    found = databases()
    if name not in found:
        for old in found:
            ask(f"DROP DATABASE {old} WITH (FORCE)")
        make(name, env)
    return name


def make(name: str, env: dict[str, str]) -> None:
    """Migrate a new database; it gets its name only when it is whole."""
    half = f"{name}_half"
    ask(f"CREATE DATABASE {half}")
    address = env["DATABASE_URL"].replace(f"/{postgres.DATABASE}?", f"/{half}?")
    project.manage(env | {"DATABASE_URL": address}, "migrate", "--noinput", "-v", "0", what="migrate failed")
    ask(f"ALTER DATABASE {half} RENAME TO {name}")


def databases() -> list[str]:
    """The templates there are, whole or half."""
    return ask(f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'").split()


def ask(sql: str) -> str:
    return postgres.query(TEST, "template1", sql)
