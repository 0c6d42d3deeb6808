"""A case after some step of its life, and the addresses of its patient's pages."""

import io
from typing import Any

from PIL import Image

from audit import Actor
from cases import tasks
from cases.demo.walk import Walk
from cases.models import Case, Document
from cases.services import documents
from cases.services.documents import Described
from tests.cases.world import World
from vault.files import write_file

STEPS = ("fill", "ask_consent", "consent", "check", "admit", "propose", "accept", "write", "sign", "deliver")


def after(world: World, last: str, *, with_paper: bool = False, written: dict[str, Any] | None = None) -> Walk:
    """A second opinion after this step and all before.

    Args:
        with_paper: one checked document in the file.
        written: fields of the opinion.
    """
    walk = world.walk()
    walk.open()
    if with_paper:
        paper(walk.case, walk.patient)
    for step in STEPS[: STEPS.index(last) + 1]:
        if step == "write":
            walk.write(**(written or {}))
        else:
            getattr(walk, step)()
    return walk


def tele(world: World, *steps: str) -> Walk:
    """A tele-expertise whose patient agreed herself, after these steps."""
    walk = world.walk()
    walk.open_tele()
    for step in ("ask_consent", "consent", *steps):
        getattr(walk, step)()
    return walk


def paper(case: Case, actor: Actor, *, checked: bool = True, title: str = "Compte rendu", shade: int = 9) -> Document:
    """A document with one page image."""
    out = io.BytesIO()
    Image.new("L", (60, 80), shade).save(out, "PNG")
    stored = write_file(case.content_key, [out.getvalue()], media_type="image/png")
    described = Described(type="imaging_report", title=title)
    document = documents.add_document(case.pk, stored, described, actor=actor)
    if checked:
        tasks.check_document.call(str(document.pk))
        tasks.draw_document.call(str(document.pk))
    return Document.objects.get(pk=document.pk)


def page(case: Case, path: str = "") -> str:
    """An address of the patient's side."""
    return f"/patient/{case.pk}/{path}"
