"""What other people's tools say of a PDF: veraPDF, and Poppler's pdfsig, pdfdetach, pdftotext, pdffonts, pdfinfo.

assert_pdfa(pdf)                 compliant to PDF/A-3a
assert_signed(pdf, "Pr Anne …")  a valid signature over the whole file, by that name
text_of(pdf)                     its words, all kinds of space as one
"""

import atexit
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("verapdf_child.py")
_lock = threading.Lock()
_running: list[subprocess.Popen[bytes]] = []


def pdfa_report(pdf: bytes, flavour: str = "PDFA_3_A") -> dict[str, Any]:
    """What veraPDF says: `compliant`, `checks`, `failed` (clause, test and words of the first failed rules).

    Args:
        flavour: a constant of veraPDF's PDFAFlavour: PDFA_3_A, PDFUA_1 …
    """
    with _lock:
        child = _verapdf()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{flavour} {len(pdf)}\n".encode() + pdf)
        child.stdin.flush()
        line = child.stdout.readline()
        if not line:
            _running.clear()
            raise AssertionError("veraPDF ended: run tests/opinions/verapdf_child.py by hand to see why")
    report: dict[str, Any] = json.loads(line)
    return report


def assert_pdfa(pdf: bytes) -> None:
    """Fail, with the rules broken, unless veraPDF finds the file compliant to PDF/A-3a."""
    report = pdfa_report(pdf)
    assert report["compliant"], "\n".join(report["failed"])
    assert report["checks"] > 1000, "veraPDF looked at next to nothing"


def signature_report(pdf: bytes) -> str:
    """What pdfsig prints."""
    with _on_disk(pdf) as path:
        return subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout


def assert_signed(pdf: bytes, signer: str = "") -> None:
    """Fail unless pdfsig finds one valid signature over the whole file, by `signer` when one is named."""
    report = signature_report(pdf)
    assert report.count("Signature #") == 1, report
    assert "Signature is Valid" in report, report
    assert "Total document signed" in report, report
    assert "ETSI.CAdES.detached" in report, report
    if signer:
        assert f"Signer Certificate Common Name: {signer}" in report, report


def text_of(pdf: bytes) -> str:
    """The words of a PDF in reading order, every kind of space and line end as one space."""
    with _on_disk(pdf) as path:
        raw = _output("pdftotext", path, "-")
    return re.sub(r"\s+", " ", raw)


def attachments_of(pdf: bytes) -> dict[str, bytes]:
    """The files attached to a PDF, by name, as pdfdetach extracts them."""
    with _on_disk(pdf) as path, tempfile.TemporaryDirectory() as folder:
        _output("pdfdetach", "-saveall", "-o", folder, path)
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def fonts_of(pdf: bytes) -> list[dict[str, Any]]:
    """The fonts of a PDF: `name`, `embedded`, `subset`, `unicode`, as pdffonts lists them."""
    with _on_disk(pdf) as path:
        lines = _output("pdffonts", path).splitlines()[2:]
    rows = [re.match(r"(\S+).*\s(yes|no)\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", line) for line in lines]
    assert all(rows), lines
    names = ("embedded", "subset", "unicode")
    return [{"name": row[1], **{n: row[i] == "yes" for i, n in enumerate(names, 2)}} for row in rows if row]


def info_of(pdf: bytes) -> dict[str, str]:
    """What pdfinfo prints, by label."""
    with _on_disk(pdf) as path:
        lines = _output("pdfinfo", path).splitlines()
    return {label: value.strip() for label, _colon, value in (line.partition(":") for line in lines)}


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def _on_disk(pdf: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        yield file.name


def _verapdf() -> subprocess.Popen[bytes]:
    """The running child, started on first use; it ends when this process does."""
    if not _running:
        child = subprocess.Popen([sys.executable, str(_CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        _running.append(child)
        atexit.register(_end, child)
    return _running[0]


def _end(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.stdin.close()
    child.wait(timeout=20)
