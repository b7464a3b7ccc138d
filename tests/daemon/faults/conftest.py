"""Programs of ours run beside `faults.c`, which stands between them and their disk and clock."""

import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("faults.c")
ROOT = Path(__file__).parents[3]
PATIENCE_S = 120


@dataclass(frozen=True)
class Faults:
    """What may go wrong for a program that works in `folder`."""

    library: Path
    folder: Path
    journal: Path
    orders: Path

    def order(self, text: str) -> None:
        """Let something go wrong from now on: see faults.c."""
        fresh = self.orders.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.orders)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; it must not fail."""
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "LD_PRELOAD": str(self.library),
                "FAULTS_UNDER": str(self.folder),
                "FAULTS_JOURNAL": str(self.journal),
                "FAULTS_ORDERS": str(self.orders),
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler, as the installation does")
    built = tmp_path_factory.mktemp("faults") / "faults.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", built, SOURCE, "-ldl"], check=True)
    return built


@pytest.fixture
def faults(library: Path, tmp_path: Path) -> Faults:
    folder = tmp_path / "disk"
    folder.mkdir()
    return Faults(library, folder, tmp_path / "journal", tmp_path / "orders")
