"""The folder `platform/` never hides the standard library's module of that name."""

import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
