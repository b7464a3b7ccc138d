"""What the program logs of itself is spelt as Python is; JSON for others is camelCase."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAYING = {f"log.{level}" for level in ("debug", "info", "warning", "error", "exception")}
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def calls() -> Iterator[tuple[str, ast.Call]]:
    ours = ["config/*.py", "daemon/*.py", "models/*.py", "sync/*.py"]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *ours], cwd=ROOT, capture_output=True, check=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            for node in ast.walk(ast.parse((ROOT / name).read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in SAYING:
                    yield f"{name}:{node.lineno}", node


def test_facts_and_names_of_log_lines_are_snake_case() -> None:
    found = list(calls())
    wrong = []
    for place, call in found:
        event = call.args[0].value if isinstance(call.args[0], ast.Constant) else "computed"
        said = [str(event), *(word.arg for word in call.keywords if word.arg is not None)]
        wrong += [f"{place} {name}" for name in said if not SNAKE.fullmatch(name)]

    assert len(found) > 50
    assert wrong == []
