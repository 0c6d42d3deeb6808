"""The gallery of components: every piece once, with made-up French content, for those who build and judge pages.

The addresses exist in demo settings only and touches no data.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clock import now
from ui import forms
from ui.icons import NAMES

_CONTENT = Path(__file__).with_name("gallery.json")
PAGES = ("accueil", "patient", "bureau", "expert", "question", "confirmation")


class SampleForm(forms.Form):
    """One field of each sort."""

    name = forms.PlainTextField(label="Nom de naissance", help_text="Tel qu’il figure sur votre pièce d’identité.")
    email = forms.EmailField(label="Adresse électronique")
    phone = forms.PhoneField(label="Téléphone", required=False)
    birth = forms.DateField(label="Date de naissance", help_text="Par exemple 4/11/1980.", max_value=forms.today)
    since = forms.MonthField(label="Depuis quel mois ?", required=False)
    weight = forms.NumberField(label="Poids", unit="kg", min_value=1, max_value=400, places=1)
    code = forms.CodeField(label="Code à six chiffres", help_text="Nous l’avons envoyé à ca•••@exemple.fr.")
    pain = forms.YesNoField(label="Avez-vous mal au repos ?")
    language = forms.SelectField(label="Langue", choices=[("", "Choisissez"), ("fr", "français"), ("en", "anglais")])
    means = forms.ChoiceField(
        label="Comment souhaitez-vous recevoir l’avis ?",
        choices=[("now", "Dès qu’il est prêt"), ("call", "Après un appel"), ("doctor", "Avec mon médecin")],
        hints={"call": "Nous vous appelons entre 8 h et 18 h."},
    )
    needs = forms.MultipleChoiceField(
        label="De quoi avez-vous besoin ?",
        required=False,
        choices=[
            ("interpreter", "Un interprète"),
            ("large", "De gros caractères"),
            ("aloud", "Une lecture à voix haute"),
        ],
    )
    story = forms.LongTextField(
        label="Racontez", max_length=2000, help_text="Écrivez simplement, comme vous le diriez."
    )
    letter = forms.FileField(label="Compte rendu", help_text="PDF ou photo, 512 Mo au plus.", required=False)
    agree = forms.CheckField(label="J’accepte que ce brouillon soit conservé.")


class AnswerForm(forms.Form):
    """An answer to the expert."""

    answer = forms.LongTextField(
        label="Votre réponse",
        help_text="Écrivez simplement, comme vous le diriez. Elle est enregistrée au fur et à mesure.",
        max_length=4000,
        rows=5,
    )


class OpinionForm(forms.Form):
    """Part of an opinion."""

    first = forms.LongTextField(label="1. L’opération est-elle nécessaire ?", rows=4)
    level = forms.SelectField(
        label="Par rapport au premier avis",
        choices=[("0", "Concordance"), ("1", "Divergence mineure : calendrier du traitement")],
        initial="1",
    )
    simple = forms.LongTextField(label="En mots simples, pour la patiente", rows=4)


class FilterForm(forms.Form):
    """The filters of the desk."""

    words = forms.PlainTextField(label="Rechercher", required=False, help_text="")
    whose = forms.SelectField(label="Dossiers", choices=[("mine", "les miens"), ("all", "tous")], required=False)
    state = forms.SelectField(label="État", choices=[("", "tous les états ouverts")], required=False)


class OneQuestion(forms.Form):
    """A page with one question."""

    strength = forms.YesNoField(
        label="Avez-vous perdu de la force dans la jambe ?", help_text="Par exemple : le pied accroche."
    )


def _at(hours: float | None) -> dt.datetime | None:
    return None if hours is None else now() + dt.timedelta(hours=hours)


def _content() -> dict[str, Any]:
    """The words of the gallery, their hours counted from now."""
    content: dict[str, Any] = json.loads(_CONTENT.read_text(encoding="utf-8"))
    for part in ("events", "exchange"):
        content[part] = [{**entry, "at": _at(entry["hours"])} for entry in content[part]]
    content["cases"] = [{"paused": False, "done": False, **c, "due": _at(c.get("due"))} for c in content["cases"]]
    return content | {
        "due": {"late": _at(-3), "soon": _at(26.5), "far": _at(78.5)},
        "sent": _at(-50),
        "yesterday": _at(-24),
        "icons": NAMES,
        "page": Paginator(range(200), 10).page(7),
    }


@require_safe
def gallery(request: HttpRequest, name: str = "") -> HttpResponse:
    """The gallery, or one of its sample pages (`PAGES`); `?erreurs` shows the forms with errors."""
    if name and name not in PAGES:
        raise Http404
    wrong = "erreurs" in request.GET
    data = {"name": "Renaud\x00", "email": "camille", "birth": "31/02/1980", "weight": "beaucoup", "code": "12 34"}
    context = _content() | {
        "form": SampleForm(data if wrong else None),
        "answer": AnswerForm({} if wrong else None),
        "opinion": OpinionForm({} if wrong else None),
        "question": OneQuestion({} if wrong else None),
        "filters": FilterForm(),
    }
    return render(request, f"ui/gallery/{name or 'index'}.html", context)


# The mark of pages open to everybody, which the package of accounts reads: the gallery shows nobody's data.
gallery.public = True  # type: ignore[attr-defined]
