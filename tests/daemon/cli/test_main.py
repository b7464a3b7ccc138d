"""Languages, errors in words, backup and restore, and what a bad start says."""

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from daemon.cli.speech import split_language
from daemon.infra.lock import state_lock

Run = Callable[..., CompletedProcess[str]]
PASSPHRASE = {"NEXTAGENT_PASSPHRASE": "quatro palavras ao acaso"}


@pytest.mark.parametrize(
    ("arguments", "environ", "language", "rest"),
    [
        (["doctor"], {}, "pt-BR", ["doctor"]),
        (["doctor"], {"LANG": "en_US.UTF-8"}, "en", ["doctor"]),
        (["doctor"], {"LANG": "C.UTF-8"}, "pt-BR", ["doctor"]),
        (["doctor"], {"LC_ALL": "pt_BR.UTF-8", "LANG": "en_US"}, "pt-BR", ["doctor"]),
        (["--lang", "en", "doctor"], {}, "en", ["doctor"]),
        (["doctor", "--lang=pt"], {"LANG": "en_US"}, "pt-BR", ["doctor"]),
        (["doctor", "--lang"], {}, "pt-BR", ["doctor"]),
    ],
)
def test_the_language_is_asked_for_or_that_of_the_locale(
    arguments: list[str], environ: dict[str, str], language: str, rest: list[str]
) -> None:
    assert split_language(arguments, environ) == (language, rest)


def test_every_command_explains_itself_in_both_languages(nextagent: Run) -> None:
    portuguese, english = nextagent("--help"), nextagent("--lang", "en", "--help")

    for command in ("run", "token", "user", "doctor", "backup", "restore", "models"):
        assert command in portuguese.stdout
    assert "Inicia o serviço" in portuguese.stdout
    assert "Start the service" in english.stdout


def test_it_is_the_same_as_a_module_and_as_a_program(program: Run) -> None:
    script = Path(sys.executable).with_name("nextagent")

    as_module = program(sys.executable, "-m", "daemon", "version")
    as_script = program(str(script), "version")

    assert as_module.returncode == as_script.returncode == 0
    assert as_module.stdout == as_script.stdout != ""


def test_the_control_plane_is_a_program_of_its_own(program: Run) -> None:
    result = program(sys.executable, "-m", "daemon", "central", "run", "--help")

    assert result.returncode == 0
    assert "nextagent central run" in result.stdout


def test_a_bad_setting_stops_the_start_and_is_named(nextagent: Run, tmp_path: Path) -> None:
    result = nextagent("run", env={"NEXTAGENT_HTTP__PORT": "99999"})

    assert result.returncode == 78
    assert "http.port" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "state").exists()


def test_a_bad_settings_file_stops_the_start_and_is_named(nextagent: Run, tmp_path: Path) -> None:
    (tmp_path / "nextagent.toml").write_text("[http]\nporto = 1\n")

    result = nextagent("run")

    assert result.returncode == 78
    assert "http.porto" in result.stderr


def test_a_box_moves_to_another_machine_in_one_file(nextagent: Run, tmp_path: Path) -> None:
    key = nextagent("token", "create", "--role", "owner", "--name", "CI").stdout
    file = str(tmp_path / "box.backup")
    other = {"NEXTAGENT_STATE_DIR": str(tmp_path / "other")}

    assert nextagent("backup", file, env=PASSPHRASE).returncode == 0
    assert nextagent("restore", "--check", file, env=PASSPHRASE).returncode == 0
    refused = nextagent("restore", file, env=PASSPHRASE)
    assert nextagent("restore", file, env={**PASSPHRASE, **other}).returncode == 0

    assert key.strip()[:13] in nextagent("token", "list", env=other).stdout
    assert refused.returncode == 1
    assert "--replace" in refused.stderr


def test_a_wrong_passphrase_is_said_without_a_traceback(nextagent: Run, tmp_path: Path) -> None:
    nextagent("token", "create", "--role", "owner", "--name", "CI")
    file = str(tmp_path / "box.backup")
    nextagent("backup", file, env=PASSPHRASE)

    result = nextagent("restore", "--check", file, env={"NEXTAGENT_PASSPHRASE": "another phrase"})

    assert result.returncode == 1
    assert result.stderr.strip() == f"Esta senha não abre o backup {file}."


def test_a_new_key_seals_and_the_old_one_still_opens(nextagent: Run) -> None:
    nextagent("token", "create", "--role", "owner", "--name", "CI")

    rotated = nextagent("rotate-key")
    looked = nextagent("doctor", env={"NEXTAGENT_WHATSAPP__ENABLED": "false"})

    assert rotated.returncode == 0
    assert rotated.stdout.split()[-1] in looked.stdout
    assert looked.returncode == 0


def test_the_tables_are_made_once_and_never_under_a_running_daemon(
    nextagent: Run, tmp_path: Path
) -> None:
    first, second = nextagent("migrate"), nextagent("--lang", "en", "migrate")
    with state_lock(tmp_path / "state"):
        beside = nextagent("migrate")

    assert "auth: create_auth" in first.stdout
    assert second.stdout.strip() == "Nothing to do."
    assert beside.returncode == 1
    assert "systemctl stop nextagent" in beside.stderr


def test_models_are_listed_and_a_strange_one_is_refused(nextagent: Run) -> None:
    listed, used = nextagent("models", "list"), nextagent("models", "use", "nope")

    assert listed.stdout.startswith("* smollm2-135m-instruct")
    assert used.returncode == 1
    assert "nope" in used.stderr
