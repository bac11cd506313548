"""Settings are refused early, with one line that says which and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.settings import BadSetting, read_settings

LOGIN = "HUB_BROKER_PASSWORD"


@pytest.mark.parametrize("variable", ["HUB_BROKER_USER", LOGIN])
def test_half_a_login_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "hub")

    with pytest.raises(BadSetting, match="HUB_BROKER_USER 与 HUB_BROKER_PASSWORD 须一并设置"):
        read_settings()


def test_an_authority_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_BROKER_CA", str(tmp_path / "ca.pem"))

    with pytest.raises(BadSetting, match="HUB_BROKER_CA: 没有文件"):
        read_settings()


def test_a_port_that_is_none_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONSOLE_PORT", "0")

    with pytest.raises(BadSetting, match="HUB_CONSOLE_PORT"):
        read_settings()


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_BROKER_USER", "hub")
    monkeypatch.setenv(LOGIN, "of-the-hub-alone")

    assert "of-the-hub-alone" not in repr(read_settings())
    assert "of-the-hub-alone" not in repr(read_settings().reach)
