"""Steps, stamps, arguments: the small parts of the two commands."""

import os
from pathlib import Path

import pytest

from house import checks, postgres, project, server, stamps, system, template
from house.places import TEST, VAR, Area
from house.steps import StepFailed, clean_locale, run
from house.system import Need


def test_a_failing_step_says_in_one_line_what_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught:
        run(
            ["sh", "-c", "echo no such index >&2; exit 1"],
            what="pip failed",
            remedy="set a proxy",
            log=tmp_path / "log",
        )
    assert str(caught.value) == "pip failed: no such index - set a proxy"
    assert "no such index" in (tmp_path / "log").read_text()


def test_a_missing_program_is_a_failed_step(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="no-such-program could not be started"):
        run(["no-such-program"], what="it failed", log=tmp_path / "log")


def test_the_callers_locale_never_reaches_the_servers() -> None:
    env = clean_locale({"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8", "HOME": "/x"})
    assert env == {"LANG": "C.UTF-8", "HOME": "/x"}


def test_a_stamp_is_fresh_only_for_the_same_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "STAMPS", tmp_path)
    lock = tmp_path / "lock"
    lock.write_text("1")
    stamps.stamp("venv", stamps.fingerprint([lock], "3.11"))
    assert stamps.fresh("venv", stamps.fingerprint([lock], "3.11"))
    lock.write_text("2")
    assert not stamps.fresh("venv", stamps.fingerprint([lock], "3.11"))


def test_servers_that_the_environment_names_need_not_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = (Need("Redis", lambda: False, ("redis-server",)), Need("gettext", lambda: False, ("gettext",)))
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert [need.name for need in system.missing(needs)] == ["gettext"]


def test_without_root_and_sudo_the_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name, path=None: None if name == "sudo" else "/bin/true")
    with pytest.raises(StepFailed, match="run this once as root"):
        system.install(["redis-server"])


def test_arguments_after_two_dashes_are_for_pytest() -> None:
    assert checks.split(["--long", "--", "-k", "x"]) == (["--long"], ["-k", "x"])
    assert checks.split([]) == ([], [])


@pytest.mark.parametrize(("others", "proofs"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_one_failed_part_of_the_tests_fails_all_and_both_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], others: int, proofs: int
) -> None:
    told = f'case "$*" in *--ignore*) echo the others; exit {others};; *) echo the proofs; exit {proofs};; esac'
    monkeypatch.setattr(checks, "PYTEST", ("sh", "-c", told, "pytest"))
    monkeypatch.setattr(checks, "TEST", Area(tmp_path, durable=False))
    assert bool(checks.run_tests([], dict(os.environ))) == bool(others or proofs)
    said = capfd.readouterr().out
    assert 0 < said.find("the others") < said.find("the proofs\n")


def test_the_tests_are_spread_over_the_cores_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)))
    command = checks.spread()
    assert command[command.index("--numprocesses") + 1] == str(checks.MOST_PROCESSES)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5})
    assert "2" in checks.spread()


def test_the_tests_copy_a_database_that_is_migrated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    env, made, dropped = {"DATABASE_URL": postgres.url(TEST)}, ["migrated_old_half"], []

    def ask(sql: str) -> str:
        if sql.startswith("DROP"):
            dropped.append(sql.split()[2])
        return "\n".join(made) if sql.startswith("SELECT") else ""

    monkeypatch.setattr(template, "ask", ask)
    monkeypatch.setattr(template, "make", lambda name, env: made.append(name))
    assert template.ensure(env) == template.ensure(env) == made[1]
    assert len(made) == 2
    assert dropped == ["migrated_old_half"]


def test_on_servers_that_are_not_ours_no_database_is_made() -> None:
    assert template.ensure({"DATABASE_URL": "postgis://somebody@elsewhere/gg"}) == ""


def test_byte_code_is_kept_in_var_whatever_the_shell_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    env = project.environment({"DATABASE_URL": "postgis://here"})
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert Path(env["PYTHONPYCACHEPREFIX"]).is_relative_to(VAR)
    assert env["DATABASE_URL"] == "postgis://here"


@pytest.mark.parametrize("port", ["", "x", "0", "70000", "-1"])
def test_a_wrong_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(StepFailed, match="is no port"):
        server.port()


def test_a_secret_is_made_once_and_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "SECRETS", tmp_path)
    assert project.make_secret("key", "first") == project.make_secret("key", "second") == "first"
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_the_given_demo_password_wins_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "SECRETS", tmp_path)
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    made = project.demo_password()
    assert made == project.demo_password()
    monkeypatch.setenv("DEMO_PASSWORD", "Given-2026")
    assert project.demo_password() == "Given-2026"
    monkeypatch.delenv("DEMO_PASSWORD")
    assert project.demo_password() == "Given-2026"
