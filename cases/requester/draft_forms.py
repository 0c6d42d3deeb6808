"""Forms of a request being prepared: the question and the patient, then the file. Services keep the rules."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms as django_forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.patients import Patient, birth_place_validator
from cases.models import Case
from cases.models.case import Urgency
from cases.requester.pathologies import matches_for, recognised
from ui import forms

TODAY = "today"
OTHER = "other"


class PartForm(forms.Form):
    """A part of a draft: «save and finish later» asks for nothing but what a draft cannot be without."""

    #: What a draft cannot be kept without.
    needed_at_least: Sequence[str] = ()

    def relax(self) -> None:
        """Ask only for the least. Before `is_valid()`."""
        for name, field in self.fields.items():
            field.required = name in self.needed_at_least


# --- first page: the question, and whom it is about


class RequestForm(PartForm):
    """The question and how soon it needs its answer, first; then the disease and the motive."""

    urgency = forms.ChoiceField(
        label=_("When do you need the answer?"),
        choices=(
            (TODAY, _("Today")),
            (Urgency.TWO_DAYS, _("Within 48 hours")),
            (Urgency.WEEK, _("Within 7 days")),
        ),
    )
    question = forms.LongTextField(
        label=_("Your question to the expert"),
        help_text=_("One question, as precise as you can."),
        max_length=600,
        rows=3,
    )
    pathology = forms.PlainTextField(
        label=_("Disease"),
        help_text=_("In your own words; spelling does not matter."),
        max_length=120,
        widget=django_forms.TextInput(attrs={"autocomplete": "off", "list": "diseases"}),
    )
    pathology_choice = forms.ChoiceField(label=_("Which one do you mean?"), choices=(), required=False)
    motive = forms.LongTextField(
        label=_("What makes you ask"), help_text=_("The present situation, in a few lines."), max_length=3000, rows=4
    )
    planned_on = forms.DateField(
        label=_("Operation or treatment already planned"),
        help_text=_("Its date, if there is one: the request is then handled before it."),
        required=False,
        min_value=forms.today,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = self.data.get("pathology", "") if self.is_bound else self.initial.get("pathology", "")
        self._matches = matches_for(str(typed)[:120], get_language() or "fr")
        # Whether the disease is asked for again.
        self.asks_again = not self.is_bound and self.initial.get("pathology_choice") == OTHER
        field: Any = self.fields["pathology_choice"]
        field.choices = [
            *((match.pathology.code, match.pathology.name) for match in self._matches),
            (OTHER, gettext("Another disease: keep my words, the service looks for an expert")),
        ]
        field.hints = {match.pathology.code: match.pathology.plain for match in self._matches}

    def relax(self) -> None:
        """A draft needs nothing of this page."""
        super().relax()
        self.fields["pathology_choice"].required = False

    def clean_urgency(self) -> str:
        """«Today» is refused here: nothing typed is lost, and the page says whom to call (C-HAS-7)."""
        urgency: str = self.cleaned_data["urgency"]
        if urgency == TODAY:
            raise django_forms.ValidationError(
                _(
                    "An answer today cannot come from here. Call the 15, or the on-call line of the hospital; "
                    "everything you typed stays below."
                ),
                code="today",
            )
        return urgency

    @property
    def is_for_today(self) -> bool:
        """Whether the page must say whom to call now."""
        return self.is_bound and self.has_error("urgency", "today")

    def clean(self) -> dict[str, Any]:
        """Recognise the disease, or ask which one is meant."""
        data = super().clean() or self.cleaned_data
        typed, choice = data.get("pathology") or "", data.get("pathology_choice") or ""
        data["other_pathology"], data["found"] = "", None
        if typed and "pathology_choice" not in self.errors:
            chosen = next((m.pathology for m in self._matches if m.pathology.code == choice), None)
            data["found"] = chosen or (recognised(self._matches) if choice != OTHER else None)
            if choice == OTHER:
                data["other_pathology"] = typed
            elif data["found"] is None:
                self.asks_again = True
                self.add_error("pathology_choice", _("Choose the disease you mean, or keep your words."))
        self.asks_again = self.asks_again or bool(choice) or "pathology_choice" in self.errors
        return data

    @property
    def content(self) -> dict[str, Any]:
        """What the page says, as the service takes it."""
        data = self.cleaned_data
        return {
            "question": data["question"],
            "urgency": data["urgency"],
            "pathology": data["found"],
            "other_pathology": data["other_pathology"],
            "motive": data["motive"],
            "planned_on": data["planned_on"],
        }

    @staticmethod
    def initial_of(case: Case) -> dict[str, Any]:
        """What the draft says."""
        words: dict[str, str] = case.referral or {}
        other = words.get("other_pathology", "")
        return {
            "urgency": case.urgency,
            "question": next(iter(case.questions or []), ""),
            "pathology": case.pathology.name if case.pathology else other,
            "pathology_choice": OTHER if other and not case.pathology else "",
            "motive": words.get("motive", ""),
            "planned_on": case.planned_treatment_on,
        }


class PatientForm(PartForm):
    """The five strict traits (C-INS-1), the name used, and how to reach the patient."""

    needed_at_least = ("birth_name", "birth_first_names")

    birth_name = forms.PlainTextField(label=_("Birth name"), max_length=100)
    birth_first_names = forms.PlainTextField(
        label=_("First names at birth"), help_text=_("All of them, as on the identity card."), max_length=150
    )
    used_name = forms.PlainTextField(label=_("Name used today, if it differs"), required=False, max_length=100)
    used_first_name = forms.PlainTextField(
        label=_("First name used today, if it differs"), required=False, max_length=100
    )
    birth_date = forms.DateField(
        label=_("Date of birth"), help_text=_("For instance 4/11/1962."), max_value=forms.today
    )
    sex = forms.ChoiceField(label=_("Sex on the identity card"), choices=())
    birth_place_code = forms.PlainTextField(
        label=_("Code of the place of birth"),
        help_text=_("Five characters. See below where to find it."),
        required=False,
        max_length=10,
        widget=django_forms.TextInput(attrs={"autocomplete": "off", "class": "short-input"}),
    )
    phone = forms.PhoneField(label=_("Phone of the patient"), required=False)
    email = forms.EmailField(
        label=_("E-mail address of the patient"),
        help_text=_("To inform the patient by a code. Without it you print a letter."),
        required=False,
        max_length=254,
        widget=django_forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sex"]
        field.choices = [(value, _capital(label)) for value, label in Patient.Sex.choices]
        for name in ("birth_name", "birth_first_names", "used_name", "used_first_name", "birth_date", "phone"):
            # It is somebody else's: the browser must not offer the professional's own.
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_birth_place_code(self) -> str:
        """Five characters without blanks, or nothing yet."""
        code: str = self.cleaned_data["birth_place_code"].replace(" ", "").upper()
        if code:
            birth_place_validator(code)
        return code

    @staticmethod
    def initial_of(patient: Patient) -> dict[str, Any]:
        """The identity as it is kept."""
        return {name: getattr(patient, name) for name in PatientForm.base_fields}


def _capital(words: Any) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]


class AgreeForm(forms.Form):
    """The professional's word on the notice about drafts: the patient is informed, or will be in time."""

    agree = forms.CheckField(label=_("My patient knows of this request, or will before it is sent."))
    shown_text = django_forms.UUIDField(widget=django_forms.HiddenInput)
    draft_id = django_forms.UUIDField(widget=django_forms.HiddenInput)


# --- second page: the file


class FileForm(PartForm):
    """History, allergies, treatments; then what there is besides (C-HAS-3, C-HAS-4)."""

    history = forms.LongTextField(
        label=_("History and risk factors"),
        help_text=_("Past and present illnesses, operations, family, way of life, work: what matters here."),
        max_length=6000,
        rows=4,
    )
    allergies = forms.LongTextField(
        label=_("Allergies"), help_text=_("“None known” is an answer."), max_length=1000, rows=2
    )
    treatments = forms.LongTextField(
        label=_("Present treatments"), help_text=_("With doses. “None” is an answer."), max_length=4000, rows=3
    )
    results = forms.LongTextField(
        label=_("Examinations and their results"),
        help_text=_("In short; the reports themselves are added below."),
        required=False,
        max_length=6000,
        rows=3,
    )
    first_opinion = forms.LongTextField(label=_("What was proposed"), required=False, max_length=3000, rows=3)
    first_opinion_doctor = forms.PlainTextField(label=_("By which doctor"), required=False, max_length=150)
    first_opinion_department = forms.PlainTextField(
        label=_("In which department"),
        help_text=_("Hospital and department: no expert of this department is asked."),
        required=False,
        max_length=200,
        widget=django_forms.TextInput(attrs={"autocomplete": "off", "list": "departments"}),
    )
    treating_doctor = forms.PlainTextField(
        label=_("Treating doctor, if it is not you"),
        help_text=_("Name and town. Receives a copy only if the patient agrees."),
        required=False,
        max_length=150,
    )
    emergency_name = forms.PlainTextField(label=_("Whom to call in an emergency"), required=False, max_length=150)
    emergency_phone = forms.PhoneField(label=_("Phone of this person"), required=False)
    trusted_person = forms.PlainTextField(
        label=_("Trusted person named by the patient"), help_text=_("Name and phone."), required=False, max_length=200
    )

    first_opinion_fields = ("first_opinion", "first_opinion_doctor", "first_opinion_department")
    people_fields = ("treating_doctor", "emergency_name", "emergency_phone", "trusted_person")

    def _holds(self, names: Iterable[str]) -> bool:
        """Whether one of these fields has a value or an error, so that its part of the page is open."""
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def holds_first_opinion(self) -> bool:
        """Whether anything is said of a first opinion."""
        return self._holds(self.first_opinion_fields)

    @property
    def holds_people(self) -> bool:
        """Whether anybody around the patient is named."""
        return self._holds(self.people_fields)

    @property
    def content(self) -> dict[str, Any]:
        """What the page says of the request."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("emergency_name", "emergency_phone")
        }

    @property
    def contact(self) -> dict[str, str]:
        """What the page says of the patient."""
        return {name: self.cleaned_data[name] for name in ("emergency_name", "emergency_phone")}

    @staticmethod
    def initial_of(case: Case) -> dict[str, Any]:
        """What the draft says."""
        words: dict[str, str] = case.referral or {}
        profile: dict[str, str] = case.patient.profile or {}
        doctor: dict[str, str] = case.treating_doctor or {}
        return {
            **{name: words.get(name, "") for name in FileForm.base_fields},
            "first_opinion_doctor": case.first_opinion_doctor or "",
            "first_opinion_department": case.first_opinion_department,
            "treating_doctor": doctor.get("name", ""),
            "emergency_name": profile.get("emergency_name", ""),
            "emergency_phone": profile.get("emergency_phone", ""),
        }
