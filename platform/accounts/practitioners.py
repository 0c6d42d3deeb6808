"""The national directory of health professionals asked by machine: FHIR search of a Practitioner by RPPS number.

Plain HTTP and JSON, on the address and key of the settings. Only the number leaves; nothing about a case does.
"""

import json
import urllib.parse
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from django.conf import settings

from accounts.registration import DirectoryAnswer, DirectoryUnavailable

#: Seconds the directory may stay silent, and the longest answer that is read, in bytes.
TIMEOUT = 10
LONGEST = 1_000_000
#: System of the eleven-digit RPPS identifier (FR Core), and codes of professions (TRE_G15) by our own.
RPPS_SYSTEM = "https://rpps.esante.gouv.fr"
PROFESSIONS = {
    "10": "physician",
    "21": "pharmacist",
    "40": "dentist",
    "50": "midwife",
    "60": "nurse",
    "70": "physiotherapist",
}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key is not carried to another address."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Refuse: the answer is then an error."""


def ask(rpps: str) -> DirectoryAnswer | None:
    """What the directory says of a number; None when it does not know it.

    Raises:
        DirectoryUnavailable: no answer in time, an error, or something that is no answer to the question.
    """
    query = urllib.parse.urlencode({"identifier": rpps, "_count": 10})
    url = f"{settings.DIRECTORY_URL.rstrip('/')}/Practitioner?{query}"
    headers = {"Accept": "application/fhir+json", "ESANTE-API-KEY": settings.DIRECTORY_KEY}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (http or https: checked with the settings)
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT) as response:
            if response.status != HTTPStatus.OK:
                raise DirectoryUnavailable
            bundle = json.loads(response.read(LONGEST + 1)[:LONGEST])
        return _read(bundle, rpps)
    except HTTPError as error:
        error.close()
        raise DirectoryUnavailable(f"status {error.code}") from None
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError) as error:
        # The number and the key stay out of the message, which may be logged.
        raise DirectoryUnavailable(type(error).__name__) from None


def _read(bundle: dict[str, Any], rpps: str) -> DirectoryAnswer | None:
    """The answer in a search result.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it is none.
    """
    if bundle["resourceType"] != "Bundle":
        raise ValueError
    found = [entry["resource"] for entry in bundle.get("entry", [])]
    own = [one for one in found if one["resourceType"] == "Practitioner" and _has_number(one, rpps)]
    if not own:
        if found:
            # Answers to another question are no answer.
            raise ValueError
        return None
    # A professional who moved may stand there twice: one that is open is enough.
    practitioner = next((one for one in own if one.get("active") is True), own[0])
    name: dict[str, Any] = next(iter(practitioner.get("name", [])), {})
    return DirectoryAnswer(
        family_name=str(name.get("family", "")),
        first_name=" ".join(str(part) for part in name.get("given", [])),
        profession=_profession(practitioner),
        active=practitioner.get("active") is True,
    )


def _has_number(practitioner: dict[str, Any], rpps: str) -> bool:
    """Whether the number stands in it, as RPPS or as the national identifier, which puts an 8 before it."""
    values = {str(identifier.get("value", "")) for identifier in practitioner.get("identifier", [])}
    return rpps in values or f"8{rpps}" in values


def _profession(practitioner: dict[str, Any]) -> str:
    """Our code of the first profession it names; "" for another one."""
    for qualification in practitioner.get("qualification", []):
        for coding in qualification.get("code", {}).get("coding", []):
            if "G15" in str(coding.get("system", "")):
                return PROFESSIONS.get(str(coding.get("code", "")), "")
    return ""
