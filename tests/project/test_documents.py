"""What exists is documented: the lists in documents are checked against the code."""

import re
import subprocess
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from config import documentation

ROOT = Path(__file__).parents[2]
OURS = ("config", "daemon", "models", "sync")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_every_setting_is_documented_as_it_is() -> None:
    assert documentation.TARGET.read_text() == documentation.text(), (
        "run: .venv/bin/python -m config.documentation"
    )


def test_every_folder_of_the_map_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"^\| `([a-z_/]+/)` \|", text, flags=re.MULTILINE))
    assert named, "ARCHITECTURE.md has a table of folders"
    assert [name for name in sorted(named) if not (ROOT / name).is_dir()] == []


def test_every_context_stands_in_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    contexts = [path.name for path in (ROOT / "daemon/domains").iterdir() if path.is_dir()]
    missing = [name for name in contexts if not name.startswith("_") and f"`{name}`" not in text]
    assert missing == []


def test_every_make_target_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"`?make ([a-z-]+)", readme))
    assert {"run", "test"} <= targets
    assert [name for name in targets if f"\n{name}:" not in makefile] == []


def test_no_other_distribution_owns_our_package_names() -> None:
    owners = packages_distributions()  # an editable installation names no packages: no owner at all
    strangers = {name: set(owners.get(name, ())) - {"nextagent-edge"} for name in OURS}
    assert strangers == {name: set() for name in OURS}
    files = {name: Path(str(import_module(name).__file__)) for name in OURS}
    assert files == {name: ROOT / name / "__init__.py" for name in OURS}


@pytest.mark.parametrize("path", tracked("*.lock", "**/package-lock.json", "package-lock.json"))
def test_a_lock_names_no_registry(path: Path) -> None:
    assert (
        re.findall(r"https?://[^\s\"]*(?:registry|pypi|pythonhosted)[^\s\"]*", path.read_text())
        == []
    )


def test_every_exemption_says_why() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"# noqa: [A-Z0-9, ]+$|# type: ignore\[[a-z, -]+\]$|# noqa$", line)
        and not path.is_relative_to(ROOT / "tests")
    ]
    assert silent == []
