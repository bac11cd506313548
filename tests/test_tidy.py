"""House rules a machine can hold: sizes, names, unfinished work, machine paths, docstrings, documents."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.tools.documents import stale

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
VAGUE_NAMES = {"common", "helper", "helpers", "manager", "service", "util", "utils"}
# Spelt so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(home|mnt|r[o]ot|w[o]rk|Users)(/|\b(?!\w))")
SKIPPED = re.compile(r"pytest\.(mark\.)?(s[k]ip|s[k]ipif|x[f]ail|importors[k]ip)\b|unittest\.s[k]ip")
ACKS_WHAT_FAILED = re.compile(r"\.ta[k]e\(")
ADDRESS = re.compile(r"https?:|//|@ ")


def project_files() -> list[Path]:
    """Files that are or may be committed, pictures apart."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return sorted(path for path in paths if path.is_file() and path.suffix != ".png")


FILES = project_files()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def found(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Every line that matches, as `file:line: text`."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of each function of a file."""
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_the_rules_see_the_whole_project() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in PYTHON}

    assert {"hub", "tests"} <= folders


def test_a_file_stays_short_enough_to_read() -> None:
    lengths = {str(path.relative_to(ROOT)): len(text_of(path).splitlines()) for path in PYTHON}

    assert {name: length for name, length in lengths.items() if length >= FILE_LINES_MAX} == {}


def test_a_function_stays_short_enough_to_read() -> None:
    # A migration is one list of tables, and is never edited again.
    files = [path for path in PYTHON if not path.is_relative_to(ROOT / "hub/store/migrations")]
    lengths = dict(entry for path in files for entry in functions(path))

    assert {name: length for name, length in lengths.items() if length >= FUNCTION_LINES_MAX} == {}


def test_a_module_is_named_after_what_it_holds() -> None:
    names = [path for path in PYTHON if VAGUE_NAMES & set(path.stem.split("_"))]

    assert names == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(p.relative_to(ROOT)) for p in PYTHON if not ast.get_docstring(ast.parse(text_of(p)))]

    assert silent == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in PYTHON if path.is_relative_to(ROOT / "hub")}

    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_nothing_is_left_unfinished() -> None:
    assert found(UNFINISHED, FILES) == []


def test_nothing_depends_on_one_machine() -> None:
    assert found(MACHINE_PATH, FILES) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    assert found(SKIPPED, [path for path in PYTHON if path.is_relative_to(ROOT / "tests")]) == []


def test_no_agent_takes_a_batch_that_is_acknowledged_when_its_body_raised() -> None:
    assert (
        found(ACKS_WHAT_FAILED, [path for path in PYTHON if path.is_relative_to(ROOT / "hub/agents")]) == []
    )


def test_exact_versions_carry_no_address() -> None:
    assert found(ADDRESS, [ROOT / "constraints.txt"]) == []


def test_every_constraint_is_one_exact_version() -> None:
    lines = text_of(ROOT / "constraints.txt").splitlines()

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[\w.!+]+", line)] == []


def test_generated_documents_are_fresh() -> None:
    assert stale() == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNFINISHED, "# TO" + "DO later"),
        (MACHINE_PATH, 'open("/ro' + 'ot/x")'),
        (MACHINE_PATH, "cd /wo" + "rk"),
        (SKIPPED, "@pytest.mark.sk" + "ip"),
        (ACKS_WHAT_FAILED, "stream.ta" + "ke(100, within=1)"),
        (ADDRESS, "x @ file:///tmp/x"),
    ],
)
def test_each_rule_catches_its_case(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize("line", ["hub/worker", "hub/work/x", "https://example/home/", "$HOME/x", "a/root"])
def test_a_path_inside_the_project_is_no_machine_path(line: str) -> None:
    assert not MACHINE_PATH.search(line)
