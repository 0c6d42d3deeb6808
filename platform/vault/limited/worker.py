"""The limited child: one task, then the end. Started by `vault.children`, never imported by it."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from vault.limited.pipes import Line
    from vault.limited.serve import Run

Opener = Callable[..., BinaryIO]
BUFFER = 256 * 1024


def load(task: dict[str, Any]) -> "Run":
    """Import what the task needs, before the rights are given up; the task ready to run."""
    from vault.limited.pipes import PipedFile

    types = [source["type"] for source in task["sources"]]

    def opened(line: "Line", number: int = 0) -> BinaryIO:
        return io.BufferedReader(PipedFile(line, number, task["sources"][number]["size"]), BUFFER)

    if task["kind"] == "merge":
        return _merge_task(opened, types)
    if task["kind"] == "examine":
        return _examine_task(opened, types[0], task["sources"][0]["size"])
    return _pages_task(opened, types[0], task["width"], task["most"])


def _examine_task(opened: Opener, media_type: str, size: int) -> "Run":
    if media_type == "application/pdf":
        from vault.limited import pdf

        def run(line: "Line") -> dict[str, Any]:
            facts, taken_out, kept = pdf.examine(opened(line), size)
            line.made(kept)
            return {"facts": facts, "taken_out": taken_out}
    elif media_type.startswith("image/"):
        from vault.limited import images

        images.warm()

        def run(line: "Line") -> dict[str, Any]:
            facts, taken_out, kept = images.examine(opened(line), size, media_type)
            line.made(kept)
            return {"facts": facts, "taken_out": taken_out}
    elif media_type == "application/dicom":
        from vault.limited import dicom

        dicom.warm(drawing=False)

        def run(line: "Line") -> dict[str, Any]:
            facts, taken_out = dicom.examine(opened(line))
            return {"facts": facts, "taken_out": taken_out}
    else:
        from vault.limited import archives

        def run(line: "Line") -> dict[str, Any]:
            return {"facts": archives.examine(opened(line)), "taken_out": []}

    return run


def _pages_task(opened: Opener, media_type: str, width: int, most: int) -> "Run":
    def draw(line: "Line", pictures: Iterator[tuple[dict[str, Any], bytes]]) -> dict[str, Any]:
        for facts, image in pictures:
            line.picture(facts, image)
        return {}

    if media_type == "application/pdf":
        from vault.limited import pdf

        return lambda line: draw(line, pdf.pages(opened(line), width, most))
    if media_type.startswith("image/"):
        from vault.limited import images, pictures

        images.warm()

        def one(line: "Line") -> dict[str, Any]:
            image = images.preview(opened(line), media_type, width)
            line.picture(pictures.facts(image, 1, 1, "image/webp"), pictures.webp(image, 85))
            return {}

        return one
    from vault.limited import archives, dicom, images

    images.warm()
    dicom.warm(drawing=True)
    if media_type == "application/dicom":
        return lambda line: draw(line, dicom.pages(opened(line), width, most))

    def from_archive(line: "Line") -> dict[str, Any]:
        for rank, total, file in archives.sample(opened(line), min(most, dicom.MAX_FRAMES)):
            for facts, image in dicom.pages(file, width, 1):
                line.picture(facts | {"number": rank + 1, "of": total}, image)
        return {}

    return from_archive


def _merge_task(opened: Opener, types: list[str]) -> "Run":
    from vault.limited import images, photos

    images.warm()

    def run(line: "Line") -> dict[str, Any]:
        pictures = ((opened(line, number), media_type) for number, media_type in enumerate(types))
        for piece in photos.merge(pictures, len(types)):
            line.made(piece)
        return {"facts": {"pages": len(types)}, "taken_out": ["metadata"]}

    return run


if __name__ == "__main__":
    # Last on the path: nothing of ours may stand before the libraries.
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from vault.limited.serve import serve

    serve(load)
