import os
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("NEXTAGENT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def load() -> Settings:
    return Settings.load(dict(os.environ))


def test_everything_has_a_default() -> None:
    settings = load()

    assert (settings.http.host, settings.tenant.timezone) == ("127.0.0.1", "America/Sao_Paulo")


def test_the_environment_comes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nextagent.toml").write_text('[http]\nport = 1\nhost = "127.0.0.2"\n')
    monkeypatch.setenv("NEXTAGENT_HTTP__PORT", "2")

    assert (load().http.port, load().http.host) == (2, "127.0.0.2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEXTAGENT_HTTP__PRT", "1"),
        ("NEXTAGENT_HTP__PORT", "1"),
        ("NEXTAGENT_HTTP__PORT__X", "1"),
        ("NEXTAGENT_NONSENSE", "1"),
    ],
)
def test_an_unknown_variable_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        load()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[http]\nport = 70000\n", "http.port"),
        ("[http]\ncolour = 1\n", "http.colour"),
        ("[tenant]\nid = '../etc'\n", "tenant.id"),
        ("[tenant]\ntimezone = 'Brasil/SP'\n", "tenant.timezone"),
        ("not toml at all", "nextagent.toml"),
    ],
)
def test_a_bad_line_of_the_file_stops_the_start_and_is_named(
    tmp_path: Path, text: str, named: str
) -> None:
    (tmp_path / "nextagent.toml").write_text(text)

    with pytest.raises(SettingsError, match=named):
        load()


@pytest.mark.parametrize(
    "url", ["wss://evil.example/ws", "ws://10.0.0.1/", "http://127.0.0.1/", "ws://127.0.0.1.evil/"]
)
def test_only_a_loopback_server_may_stand_in_for_whatsapp(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("NEXTAGENT_WHATSAPP__SERVER_URL", url)

    with pytest.raises(SettingsError, match=r"whatsapp\.server_url"):
        load()


def test_settings_cannot_be_changed_once_loaded() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().http.port = 5  # type: ignore[misc]  # that it cannot be assigned is the point


def test_a_secret_does_not_show_when_settings_are_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEXTAGENT_MODELS__LANGUAGE__API_KEY", "canary")

    assert "canary" not in repr(load())
