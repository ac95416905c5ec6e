"""The command that measures on outside data; and how well it goes on real complaints, where they are at hand."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from incidents.learning.hot import HotRow, hot_issues
from incidents.learning.outside import evaluate
from tests.incidents.learning import reports

DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "complaints"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real complaints are not at hand")


def table(path: Path, rows: Sequence[tuple[str, str]], *, columns: tuple[str, str] = ("text", "label")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def lines(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def test_the_command_measures_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (table(tmp_path / f"{n}.csv", list(zip(*reports(30, seed=n), strict=True))) for n in (1, 2))
    test = table(tmp_path / "test.csv", list(zip(*reports(20, seed=3), strict=True)))
    call_command("evaluate_classifier", "--train", one, other, "--test", test, "--json", tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text())
    assert (found["train_size"], found["test_size"]) == (180, 60)
    assert found["macro_f1"] > 0.95
    assert sum(sum(taken.values()) for taken in found["confusion"].values()) == 60
    said = capsys.readouterr().out
    assert f"macro-F1 {found['macro_f1']:.4f}" in said
    assert "95% precision" in said


def test_texts_that_came_cut_into_words_are_the_same_texts(tmp_path: Path) -> None:
    texts, labels = reports(20)
    whole = table(tmp_path / "whole.csv", list(zip(texts, labels, strict=True)))
    cut = table(
        tmp_path / "cut.csv",
        [(" ".join(t), n) for t, n in zip(texts, labels, strict=True)],
        columns=("tokens", "label"),
    )
    for train in (whole, cut):
        call_command(
            "evaluate_classifier", "--train", train, "--test", whole, "--json", tmp_path / f"{train.stem}.json"
        )
    one, other = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("whole", "cut"))
    assert one["confusion"] == other["confusion"]


@pytest.mark.parametrize("content", ["", "text\nx\n", "a,b\nx,y\n", "text,label\n", "text,label\nx,a\n", "\udcff"])
def test_a_table_that_teaches_nothing_is_refused(tmp_path: Path, content: str) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(CommandError):
        call_command("evaluate_classifier", "--train", bad, "--test", bad)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.csv"):
        call_command("evaluate_classifier", "--train", tmp_path / "none.csv", "--test", tmp_path / "none.csv")


# --- real complaints


@needs_data
def test_real_complaints_are_read_well_and_quickly() -> None:
    rows = [(line["text"], line["label"]) for line in lines("labelled_raw.csv")]
    test, train = rows[::5], [one for number, one in enumerate(rows) if number % 5]
    found = evaluate(tuple(zip(*train, strict=True)), tuple(zip(*test, strict=True)))  # type: ignore[arg-type]
    assert found.scores.macro_f1 > 0.87, "the full set of texts gives 0.92: docs/dispatch-learning.md"
    assert found.p50_ms <= 5, "the 95th of a hundred too on an idle machine: script/bench --only classify"
    assert found.train_seconds <= 60
    assert found.scores.calibration_error < 0.06
    assert found.scores.precision > 0.92
    assert found.scores.coverage > 0.6


@pytest.fixture(scope="module")
def hottest() -> list[str]:
    """The words of the ten hottest issues of three years of messages."""
    issues = hot_issues(
        [hot_row(line) for line in lines("messages_hot_issues.csv")], now=datetime(2020, 1, 27), most=12
    )
    return ["；".join(row.title for row in issue.rows) for issue in issues]


def hot_row(line: dict[str, Any]) -> HotRow:
    at = datetime.fromisoformat(line["time"])
    people = max(0, int(line["up"]) - int(line["down"]))
    return HotRow(line["msg_id"], line["theme"], line["detail"], at, at.date(), people=people)


@needs_data
def test_the_matters_that_the_town_spoke_of_are_the_hottest(hottest: list[str]) -> None:
    known = ("丽发新城", "伊景园", "58车贷", "五矿万境", "月亮岛", "魅力之城", "绿地海外滩", "金毛湾", "泉星公园")
    found = [name for name in known if any(name in words for words in hottest)]
    assert len(found) >= 8, found
    assert "丽发新城" in hottest[0]
    assert "伊景园" in hottest[1]


@needs_data
def test_one_matter_is_not_cut_into_many_issues(hottest: list[str]) -> None:
    assert sum("丽发新城" in words for words in hottest) == 1
    assert sum("伊景园" in words for words in hottest) == 1
