"""The programs of the platform: one list of them for server, proofs and bench."""

import http.server
import threading
from pathlib import Path

import pytest

from grid.demo.people import LOGINS
from house import programs, project, server, stack
from house.processes import Child
from house.steps import StepFailed


def test_the_proofs_run_the_programs_of_the_server(tmp_path: Path) -> None:
    proof = stack.Stack("proof_base", workers=2, folder=tmp_path, port=4711)
    web, first, second, beat = proof._programs()
    assert web.command == programs.web("127.0.0.1:4711", tmp_path).command
    assert (first.name, second.name) == ("worker1", "worker2")
    assert beat.command == programs.beat(tmp_path).command


def test_a_program_that_ends_is_the_reason_to_stop_waiting(tmp_path: Path) -> None:
    child = Child("web", ["sh", "-c", "echo no database"], tmp_path / "web.log", patience=1)
    child.start({"PATH": "/usr/bin:/bin"})
    with pytest.raises(StepFailed, match="web did not start: no database"):
        programs.wait_until(lambda: False, "no answer", [child], tmp_path)


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False)])
def test_the_web_answers_when_it_is_ready(status: int, ready: bool) -> None:
    class Web(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Web) as web:
        threading.Thread(target=web.handle_request).start()
        assert programs.answers(f"http://127.0.0.1:{web.server_port}") is ready


def test_a_web_that_is_not_there_does_not_answer() -> None:
    assert not programs.answers(f"http://127.0.0.1:{programs.free_port()}")


def test_the_server_names_the_accounts_that_the_demo_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "demo_password", lambda: "Grid-1234")
    said = server.logins().splitlines()
    assert said[0].endswith("Grid-1234")
    assert {line.split()[0] for line in said[1:]} == set(LOGINS)
