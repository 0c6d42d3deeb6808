"""«/verifier/»: by the code at the foot of the paper, or by the PDF itself, hashed in memory and never stored.

Told: authentic or not, complete, the latest version or replaced, suspended; and for a whole PDF, which its holder has
anyway, the name of the signer. Never told: whose it is, or what it is about. No cookie: what other sites would have a
browser send is refused by what it says of them (ADR 0016).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pikepdf
from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts import limits
from accounts.access import public
from accounts.network import client_network, require_this_site
from audit import record
from cases.models import Opinion
from cases.models.states import State
from cases.opinions.codes import hash_code, normalise_code
from cases.opinions.verify import MAX_BYTES, Verdict, verify_pdf
from errors import DomainError, Invalid
from experts.authority import authority_pem
from ui import forms
from vault.files import open_file

TRIES = limits.Rule("verification", 20, timedelta(hours=1))

#: What each verdict on a file means, in words: the look, the title, the explanation.
VERDICTS: dict[Verdict, tuple[str, str | Promise, str | Promise]] = {
    Verdict.AUTHENTIC: (
        "done",
        _("This paper is authentic and complete."),
        _("It was signed here and nothing was changed or added since."),
    ),
    Verdict.ALTERED: (
        "late",
        _("This paper was changed after it was signed."),
        _("Do not rely on it. Ask for the original on the site, or call us."),
    ),
    Verdict.NOT_OURS: (
        "late",
        _("This paper was not signed here."),
        _("It carries a signature of somebody else."),
    ),
    Verdict.REVOKED: (
        "late",
        _("The key that signed this paper is no longer valid."),
        _("Call us before you rely on it."),
    ),
    Verdict.UNSIGNED: (
        "late",
        _("This paper carries no signature."),
        _("A print, a scan or a copy loses the signature: drop the file as you downloaded it, or enter its code."),
    ),
    Verdict.UNREADABLE: (
        "late",
        _("This file cannot be read as a signed paper."),
        _("Choose the PDF you downloaded from the site."),
    ),
}


class CodeForm(forms.Form):
    """The code printed at the foot of the paper."""

    code = forms.PlainTextField(
        label=_("Verification code"),
        help_text=_("25 letters and digits at the foot of each page; spaces and dashes do not matter."),
        max_length=200,
    )

    def clean_code(self) -> str:
        """The code in its printed form.

        Raises:
            ValidationError: it cannot be a code.
        """
        from django.core.exceptions import ValidationError

        code = normalise_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("This is not a code of ours: check each letter and digit."))
        return code


class FileForm(forms.Form):
    """The PDF itself."""

    file = forms.FileField(
        label=_("Signed PDF"),
        help_text=_("It is read in memory, compared, and forgotten: nothing is kept. 64 MB at most."),
        accept=".pdf",
    )


@dataclass(frozen=True)
class Result:
    """What the page tells.

    Args:
        kind: look of the tag.
        word: what the tag says.
        standing: what is said of the version, or "".
        pages, sha256: of the signed file, told to who has its code alone, to compare with what he holds.
    """

    kind: str
    word: str | Promise
    title: str | Promise
    text: str | Promise
    standing: str | Promise = ""
    signed_at: datetime | None = None
    signer: str = ""
    level: str = ""
    pages: int = 0
    sha256: str = ""


#: What the tag says of a version, by its look; «authentique» only of a file that was compared.
WORDS: dict[str, str | Promise] = {
    "neutral": _("code known"),
    "done": _("authentic"),
    "pause": pgettext_lazy("a signed paper", "suspended"),
    "late": _("careful"),
}


def _standing(opinion: Opinion) -> tuple[str, str | Promise]:
    """What may be said of a version on file."""
    case = opinion.case
    if opinion.standing == Opinion.Standing.RETRACTED or case.state == State.STOPPED:
        return "late", _("This version was withdrawn: it must not be used.")
    if case.state == State.ON_HOLD:
        return "pause", _("This version is suspended for the moment: call us before you rely on it.")
    if opinion.standing == Opinion.Standing.SUPERSEDED:
        return "late", _("A later version replaces this one.")
    if case.correcting_since is not None and opinion.type != Opinion.Type.ADDENDUM:
        return "pause", _("A correction of this version is under way: wait for the new one, or call us.")
    if case.delivered_at is None:
        return "pause", _("This version is signed and not delivered yet.")
    if opinion.type == Opinion.Type.ADDENDUM:
        if opinion.completes is not None and opinion.completes.standing == Opinion.Standing.SUPERSEDED:
            return "late", _("This addendum completes a version of the opinion that a later one replaces.")
        return "done", _("This addendum completes the latest version of the opinion: read them together.")
    return "done", _("This is the latest version.")


def _pages(opinion: Opinion) -> int:
    """How many pages the signed file has; 0 where it cannot be read any more."""
    try:
        with open_file(opinion.pdf) as source, pikepdf.open(source) as pdf:
            return len(pdf.pages)
    except (OSError, DomainError, pikepdf.PdfError):
        return 0


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    context.setdefault("code_form", CodeForm())
    context.setdefault("file_form", FileForm())
    return render(request, "cases/verify/start.html", context, status=status)


def _count(request: HttpRequest, means: str, outcome: str) -> None:
    actor: Any = request.actor  # type: ignore[attr-defined]
    record("opinion.verified", actor=actor, detail={"means": means, "result": outcome})


@public
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Both ways to verify."""
    return _page(request)


@public
@csrf_exempt
@require_http_methods(["POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """By the code; tries are limited per network."""
    require_this_site(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, 422, code_form=form)
    limits.reserve(TRIES, client_network(request))
    opinion = (
        Opinion.objects.select_related("case", "pdf")
        .filter(verification_hash=hash_code(form.cleaned_data["code"]))
        .first()
    )
    if opinion is None:
        _count(request, "code", "unknown")
        result = Result(
            "late", WORDS["late"], _("No paper of ours has this code."), _("Check each letter and digit of the code.")
        )
        return _page(request, 422, code_form=form, result=result)
    kind, standing = _standing(opinion)
    _count(request, "code", opinion.standing)
    # A code can be copied onto another paper: alone it never says «authentique».
    kind = "neutral" if kind == "done" else kind
    result = Result(
        kind,
        WORDS[kind],
        _("A paper with this code was signed here."),
        _(
            "The code alone does not say that the one you hold is the same: a code can be copied. Drop the PDF itself "
            "below, or compare its date, its number of pages and its fingerprint with these."
        ),
        standing,
        opinion.signed_at,
        pages=_pages(opinion),
        sha256=opinion.sha256,
    )
    return _page(request, code_form=form, result=result)


class _InMemory(MemoryFileUploadHandler):
    """Keeps the file in memory whatever its size, up to the limit; nothing reaches a disk."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True
        self.total = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.total += len(raw_data)
        if self.total > MAX_BYTES:
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)


@public
@csrf_exempt
@require_http_methods(["POST"])
def by_file(request: HttpRequest) -> HttpResponse:
    """By the PDF itself."""
    require_this_site(request)
    request.upload_handlers = [_InMemory(request)]
    limits.reserve(TRIES, client_network(request))
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, 422, file_form=form)
    try:
        pdf: bytes = form.cleaned_data["file"].read()
    except OSError as error:
        raise Invalid(_("The file could not be read."), _("Choose it again.")) from error
    found = verify_pdf(pdf)
    kind, title, text = VERDICTS[found.verdict]
    standing: str | Promise = ""
    opinion = Opinion.objects.select_related("case").filter(sha256=found.sha256).first()
    if found.verdict is Verdict.AUTHENTIC and opinion is not None:
        kind, standing = _standing(opinion)
    _count(request, "file", found.verdict.value)
    shown = found.verdict in (Verdict.AUTHENTIC, Verdict.REVOKED)
    result = Result(
        kind,
        WORDS[kind],
        title,
        text,
        standing,
        found.signed_at if shown else None,
        found.signer if shown else "",
        found.level if shown else "",
    )
    return _page(request, file_form=form, result=result, status=200 if found.verdict is Verdict.AUTHENTIC else 422)


@public
@require_GET
def authority(request: HttpRequest) -> HttpResponse:
    """The certificate of the authority that signs here, so that anyone can verify with his own tools."""
    response = HttpResponse(authority_pem(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="second-regard-authority.pem"'
    return response
