"""The set-up script on a machine that lacks things: one exact line to type, and nothing changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "setup" / "packages.sh"
ALWAYS_THERE = ("sh", "dirname", "sed", "ls", "grep")


def a_machine(folder: Path, programs: dict[str, str]) -> str:
    """Make a search path with a bare system's programs and some small ones, given as shell text."""
    for name in ALWAYS_THERE:
        (folder / name).symlink_to(shutil.which(name) or name)
    for name, text in {**PYTHON, **programs}.items():
        (folder / name).write_text(f"#!{shutil.which('sh')}\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return str(folder)


def run(path: str, what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT), what], env={"PATH": path}, capture_output=True, text=True, check=False
    )


PYTHON = {"python3": f'exec {sys.executable} "$@"'}
PERSON = {"id": "echo 1000", "apt-get": "exit 99"}
JAVA_17 = {"java": "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"}
JAVA_11 = {"java": "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2"}
MAVEN = {"mvn": "exit 0"}
NPM = {"npm": "exit 0"}


def test_a_person_without_sudo_is_told_the_one_line(tmp_path: Path) -> None:
    done = run(a_machine(tmp_path, PERSON), "run")

    assert done.returncode == 1
    assert done.stderr.splitlines()[1].strip() == (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends default-jre-headless maven npm"
    )


def test_a_known_java_package_is_preferred(tmp_path: Path) -> None:
    knows_17 = {"apt-cache": 'test "$2" = openjdk-17-jre-headless'}

    done = run(a_machine(tmp_path, {**PERSON, **MAVEN, **NPM, **knows_17}), "run")

    assert done.stderr.rstrip().endswith("--no-install-recommends openjdk-17-jre-headless")


def test_an_old_java_is_not_enough(tmp_path: Path) -> None:
    done = run(a_machine(tmp_path, {**PERSON, **JAVA_11, **MAVEN, **NPM}), "run")

    assert done.stderr.rstrip().endswith("--no-install-recommends default-jre-headless")


def test_a_complete_machine_is_left_alone(tmp_path: Path) -> None:
    done = run(a_machine(tmp_path, {**PERSON, **JAVA_17, **MAVEN, **NPM}), "run")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_tests_want_a_compiler_and_what_watches_too(tmp_path: Path) -> None:
    done = run(a_machine(tmp_path, {**PERSON, **JAVA_17, **MAVEN, **NPM}), "test")

    assert done.returncode == 1
    assert "--no-install-recommends default-jdk-headless" in done.stderr
    assert done.stderr.rstrip().endswith(" prometheus chromium fonts-noto-cjk prometheus-alertmanager")


def test_root_installs_only_what_is_missing(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    root = {"id": "echo 0", "apt-get": f'echo "$*" >> {asked}', "env": 'shift; exec "$@"'}

    done = run(a_machine(tmp_path, {**root, **JAVA_17, **NPM}), "run")

    assert done.returncode == 0, done.stderr
    assert asked.read_text(encoding="utf-8").splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends maven",
    ]


def test_another_system_is_told_what_it_needs(tmp_path: Path) -> None:
    done = run(a_machine(tmp_path, {**JAVA_17, "id": "echo 0"}), "run")

    assert (done.returncode, "maven" in done.stderr, "Debian" in done.stderr) == (1, True, True)
