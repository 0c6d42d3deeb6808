"""Copy the third-party parts of the pages from node_modules/ to static_build/, where Django finds them as `vendor/`."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ROOT / "node_modules"
BUILD = ROOT / "static_build"
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
# Name under static/vendor/, and the file it is copied from.
FILES = {
    f"fonts/{name}": f"{FONT}/files/{name}"
    for name in (
        "atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "atkinson-hyperlegible-next-latin-wght-italic.woff2",
        "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
        "atkinson-hyperlegible-next-latin-ext-wght-italic.woff2",
    )
} | {
    "atkinson-hyperlegible-next.woff2": f"{FONT}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "atkinson-hyperlegible-next-ext.woff2": f"{FONT}/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
    "fonts/LICENSE.txt": f"{FONT}/LICENSE",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
}


def main() -> int:
    """Copy what is missing or older; remove what is no longer wanted."""
    for name, source in FILES.items():
        origin, copy = PARTS / source, BUILD / name
        if not origin.is_file():
            print(f"{origin.relative_to(ROOT)} is missing: run npm ci", file=sys.stderr)
            return 1
        if (
            not copy.exists()
            or copy.stat().st_mtime < origin.stat().st_mtime
            or copy.stat().st_size != origin.stat().st_size
        ):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, copy)
    for present in BUILD.rglob("*"):
        if present.is_file() and str(present.relative_to(BUILD)) not in FILES:
            present.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
