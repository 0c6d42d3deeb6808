"""Reads one PDF of unknown origin and says what its signature is worth; run alone, in a process with little to spare.

It knows neither Django nor the database. On standard input: one line of JSON with the trusted certificates (PEM), then
the PDF. On standard output: one JSON object. Whatever a hostile file does to the parser, it does it here: the parent
reads an answer or a failed process.
"""

import json
import resource
import sys
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

#: What one verification may use; a paper of ours needs a tenth of it.
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 10


def main(source: BinaryIO, target: BinaryIO) -> None:
    """Read the question, write the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    trusted = json.loads(source.readline())["trusted"]
    target.write(json.dumps(examine(source.read(), trusted)).encode())


def examine(pdf: bytes, trusted: list[str]) -> dict[str, Any]:
    """What the first signature of a PDF is worth.

    Args:
        pdf: the file, whole.
        trusted: certificates of authorities, PEM.

    Returns:
        `signed` alone when there is no signature; otherwise also `intact`, `trusted`, `whole_file`, `signer`,
        `serial_name`, `fingerprint`, `signed_at` (ISO), `timestamped`, `timestamp_trusted`.

    Raises:
        Any error of the parser: the caller is a process of its own.
    """
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    roots = [x509.Certificate.load(pem.unarmor(one.encode())[2]) for one in trusted]
    signatures = PdfFileReader(BytesIO(pdf), strict=True).embedded_regular_signatures
    if not signatures:
        return {"signed": False}
    signature = signatures[0]
    # A certificate is judged at the moment of the signature: it outlives the expert's three years.
    moment: datetime | None = signature.self_reported_timestamp
    context: dict[str, Any] = {
        "trust_roots": roots,
        "allow_fetching": False,
        "revocation_mode": "soft-fail",
        "moment": moment,
    }
    status = validate_pdf_signature(
        signature,
        signer_validation_context=ValidationContext(**context),
        ts_validation_context=ValidationContext(**context),
    )
    subject = signature.signer_cert.subject.native
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.intact and stamp.valid
    harmed = stamp is not None and not stamped
    at = stamp.timestamp if stamp is not None and stamped else moment
    return {
        "signed": True,
        "intact": bool(status.intact and status.valid and not harmed)
        and _is_tight(pdf, signature.byte_range, signature.pkcs7_content),
        "trusted": bool(status.trusted),
        "whole_file": status.coverage is SignatureCoverageLevel.ENTIRE_FILE and len(signatures) == 1,
        "signer": str(subject.get("common_name", "")),
        "serial_name": str(subject.get("serial_number", "")),
        "fingerprint": signature.signer_cert.sha256.hex(),
        "signed_at": at.isoformat() if at else "",
        "timestamped": stamped,
        "timestamp_trusted": bool(stamp is not None and stamped and stamp.trusted),
    }


def _is_tight(pdf: bytes, byte_range: list[int], signature: bytes) -> bool:
    """Whether the gap that no signature can cover holds nothing but the signature, written in the one canonical way.

    A reader ignores much of what is written there: padding, letters of either case, lists of algorithms. We do not.
    """
    from asn1crypto import cms, parser

    gap = pdf[byte_range[0] + byte_range[1] : byte_range[2]]
    length = parser.peek(signature)
    if gap != b"<" + signature.hex().upper().encode() + b">" or any(signature[length:]):
        return False
    message = cms.ContentInfo.load(signature[:length], strict=True)
    # `copy` reads every part; `force` writes each again in DER.
    if message.copy().dump(force=True) != signature[:length]:
        return False
    signed_data = message["content"]
    [signer] = signed_data["signer_infos"]
    digests = [one.dump() for one in signed_data["digest_algorithms"]]
    return (
        signed_data["version"].native == signer["version"].native == "v1"
        and digests == [signer["digest_algorithm"].dump()]
        and signer["digest_algorithm"]["parameters"].native is None
    )


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
