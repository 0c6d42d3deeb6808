"""How the folders lie: `platform/` never hides the standard library's module, and what seldom runs can be loaded."""

import ast
import importlib
import platform
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.once


def test_platform_is_the_standard_library_from_everywhere() -> None:
    for folder in (ROOT, ROOT / "platform"):
        done = subprocess.run(
            [sys.executable, "-c", "import platform; print(platform.system(), platform.__file__)"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert str(ROOT) + "/platform" not in done.stdout
        assert done.stdout.startswith("Linux")
    assert platform.system() == "Linux"


def test_platform_folder_is_no_package() -> None:
    assert not (ROOT / "platform/__init__.py").exists()
    assert not (ROOT / "platform/platform.py").exists()


@pytest.mark.parametrize("module", ["clock", "errors"])
def test_the_lowest_modules_import_nothing_of_ours(module: str) -> None:
    ours = {path.name for path in (*ROOT.iterdir(), *(ROOT / "platform").iterdir()) if path.is_dir()} | {
        "clock",
        "errors",
    }
    tree = ast.parse((ROOT / "platform" / f"{module}.py").read_text())
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert "django" in imported or "datetime" in imported
    assert not imported & ours


def test_only_one_distribution_brings_the_state_machine() -> None:
    # django-fsm and django-fsm-2 overwrite each other's files without an error.
    owners = packages_distributions()["django_fsm"]
    assert set(owners) == {"django-fsm-2"}


_SELDOM = sorted((*ROOT.glob("tests/bench/bench_*.py"), *ROOT.glob("tests/proof/proof_*.py")))


@pytest.mark.parametrize("file", _SELDOM, ids=lambda file: file.stem)
def test_what_runs_outside_this_command_can_still_be_loaded(file: Path) -> None:
    """Measurements and long proofs lean on fixtures and helpers that move about under them."""
    importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
