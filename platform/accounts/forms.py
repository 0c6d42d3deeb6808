"""The forms of accounts. They check the form of what is typed; rules are kept by services."""

from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import codes
from accounts.models.patients import Patient, birth_place_validator
from accounts.models.professionals import Professional, validate_rpps
from accounts.models.roles import Role
from accounts.models.security import EmailCode
from accounts.models.users import User
from accounts.passwords import MAX_LENGTH, MIN_LENGTH, check_strength, try_password
from errors import DomainError, TooMany
from ui import forms

LANGUAGES = (("fr", "Français"), ("en", "English"))


class PasswordField(django_forms.CharField):
    """A password: any character, blanks at the ends included, pasted or filled in by a password manager.

    Args:
        new: whether it is being chosen, for the browser's own help.
    """

    default_error_messages = {
        "required": _("Enter your password."),
        "max_length": _("A password has at most %(limit_value)d characters."),
    }

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password" if new else "current-password", "spellcheck": "false"}
        kwargs.setdefault("widget", django_forms.PasswordInput(attrs=attrs))
        kwargs.setdefault("label", _("Password"))
        super().__init__(strip=False, max_length=MAX_LENGTH, validators=[ProhibitNullCharactersValidator()], **kwargs)


def new_password_field(**kwargs: Any) -> PasswordField:
    """The field of a password that is being chosen, with its only rule as hint."""
    return PasswordField(new=True, label=_("New password"), help_text=_password_hint(), **kwargs)


def _password_hint_now() -> str:
    # Forms are made when they are imported: the language is known when they are shown.
    return gettext("At least %(count)d characters, of any kind. A few words you remember are best.") % {
        "count": MIN_LENGTH
    }


_password_hint = lazy(_password_hint_now, str)


class PersonName(forms.PlainTextField):
    """A name as the person writes it."""

    def __init__(self, *, max_length: int = 150, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("First name and name"))
        kwargs.setdefault("widget", django_forms.TextInput(attrs={"autocomplete": "name"}))
        super().__init__(max_length=max_length, **kwargs)


# --- login


class LoginForm(forms.Form):
    """Address and password: the first step. Its answers are the same for an address nobody has."""

    username = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=django_forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = PasswordField()

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user_cache: User | None = None
        # Set when the tries of this network for this account are used up: the page answers 429.
        self.too_many: TooMany | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Judge the password within the limits."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors or self.request is None:
            return data
        tried = try_password(self.request, data["username"], data["password"])
        if tried.closed is not None:
            self.too_many = tried.closed
            raise ValidationError(f"{tried.closed.message} {tried.closed.next_step}", code="too_many")
        if tried.user is None:
            raise ValidationError(
                _("The address or the password is not right. Check both and try again."), code="invalid_login"
            )
        self.user_cache = tried.user
        return data


class CodeForm(forms.Form):
    """The code sent by mail: the second step."""

    # Its outcome is spent: the wizard must not validate it twice.
    idempotent = False
    otp_token = forms.CodeField(label=_("Code"))

    def __init__(
        self,
        user: User | None = None,
        initial_device: EmailCode | None = None,
        request: HttpRequest | None = None,
        **kwargs: Any,
    ) -> None:
        self.user, self.device, self.request = user, initial_device, request
        super().__init__(**kwargs)

    def clean(self) -> dict[str, Any]:
        """Use up the code; the user then carries the device that verified him."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors or self.user is None or self.request is None:
            return data
        try:
            challenge = codes.check_code(self.request, codes.Purpose.LOGIN, data["otp_token"])
        except DomainError as refusal:
            self.add_error("otp_token", f"{refusal.message} {refusal.next_step}".strip())
            return data
        if challenge.user_id != self.user.pk:
            self.add_error("otp_token", _("This code belongs to another account. Ask for another one."))
            return data
        self.user.otp_device = self.device  # type: ignore[attr-defined]
        return data


class StepUpForm(forms.Form):
    """A fresh code inside another page: before signing, overriding, consenting."""

    code = forms.CodeField(label=_("Code"))


# --- sign-up and reset


def _links() -> SafeString:
    """Both texts to read, each in a page of its own: what was typed here stays."""
    texts = ((reverse("accounts:terms"), _("Terms of use")), (reverse("accounts:privacy"), _("Personal data")))
    links = format_html_join(" · ", '<a href="{}" target="_blank" rel="noopener">{}</a>', texts)
    return format_html("{} {}", links, _("(each opens in a new tab)"))


_terms_links = lazy(_links, SafeString)


class SignUpForm(forms.Form):
    """What is needed to open an account."""

    full_name = PersonName()
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    password = new_password_field()
    language = forms.ChoiceField(label=_("Language of our messages"), choices=LANGUAGES)
    terms = forms.CheckField(label=_("I have read the terms of use and the privacy notice."), help_text=_terms_links())

    def clean(self) -> dict[str, Any]:
        """Judge the strength of the password with what is known of the person."""
        data: dict[str, Any] = super().clean() or {}
        _judge(self, "password", User(email=data.get("email", ""), full_name=data.get("full_name", "")))
        return data


class SignUpCodeForm(forms.Form):
    """The code that confirms an address."""

    code = forms.CodeField(label=_("Code"))


class ResetForm(forms.Form):
    """For which address a new password is wanted."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)


class NewPasswordForm(forms.Form):
    """The code and the new password, on one page."""

    code = forms.CodeField(label=_("Code"))
    password = new_password_field()

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(**kwargs)

    def clean(self) -> dict[str, Any]:
        """Judge the strength of the password before the code is used up."""
        data: dict[str, Any] = super().clean() or {}
        _judge(self, "password", self.user)
        return data


def _judge(form: forms.Form, name: str, user: User | None) -> None:
    password = form.cleaned_data.get(name)
    if password:
        try:
            check_strength(password, user)
        except ValidationError as error:
            form.add_error(name, error)


# --- the account page


class ProfileForm(forms.Form):
    """Name and language."""

    title = forms.PlainTextField(label=_("Title"), required=False, max_length=30)
    full_name = PersonName()
    language = forms.ChoiceField(label=_("Language of our messages"), choices=LANGUAGES)


class CurrentPassword(forms.Form):
    """Something that needs the password again; wrong ones count as at login."""

    current_password = PasswordField(label=_("Your present password"))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_current_password(self) -> str:
        """Judge the password of the person logged in.

        Raises:
            TooMany: too many wrong ones.
        """
        password: str = self.cleaned_data["current_password"]
        tried = try_password(self.request, str(self.request.user.email), password)  # type: ignore[union-attr]
        if tried.closed is not None:
            raise tried.closed
        if tried.user is None:
            raise ValidationError(_("This is not your present password."), code="invalid")
        return password


class PasswordChangeForm(CurrentPassword):
    """A new password, with the present one."""

    password = new_password_field()

    def clean(self) -> dict[str, Any]:
        """Judge its strength."""
        data: dict[str, Any] = super().clean() or {}
        _judge(self, "password", self.request.user)  # type: ignore[arg-type]
        return data


class EmailChangeForm(CurrentPassword):
    """Another address, with the present password."""

    email = forms.EmailField(label=_("New e-mail address"), max_length=254)


class ClosingForm(CurrentPassword):
    """Closing one's account, with the password."""


# --- invitations


class InvitationForm(forms.Form):
    """The code of an invitation and the date of birth."""

    code = forms.PlainTextField(
        label=_("Code of the invitation"),
        help_text=_("Twelve letters and digits, as in the message or letter."),
        max_length=60,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    birth_date = forms.DateField(
        label=_("Your date of birth"),
        help_text=_("For instance 4/11/1962."),
        max_value=forms.today,
        widget=django_forms.TextInput(attrs={"autocomplete": "bday", "class": "short-input"}),
    )


class RefusalForm(forms.Form):
    """Turning an invitation down: its code is enough."""

    code = forms.PlainTextField(
        label=_("Code of the invitation"),
        max_length=60,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    refusal = forms.ChoiceField(
        label=_("What do you want to tell us?"),
        choices=(
            ("not_me", _("This invitation is not for me")),
            ("refused", _("It is for me, and I do not want it")),
        ),
    )


class ReissueForm(forms.Form):
    """Asking for a new code."""

    email = forms.EmailField(label=_("The address that received the invitation"), max_length=254)
    birth_date = forms.DateField(
        label=_("Your date of birth"), help_text=_("For instance 4/11/1962."), max_value=forms.today
    )


# --- identity


class IdentityForm(forms.Form):
    """The five traits of the national health identity (C-INS-1), the name used, and how to reach the person."""

    birth_name = forms.PlainTextField(
        label=_("Birth name"), help_text=_("The family name on the birth certificate."), max_length=100
    )
    birth_first_names = forms.PlainTextField(
        label=_("First names on the birth certificate"), help_text=_("All of them, in order."), max_length=150
    )
    birth_date = forms.DateField(
        label=_("Date of birth"), help_text=_("For instance 4/11/1962."), max_value=forms.today
    )
    sex = forms.ChoiceField(label=_("Sex on the identity papers"), choices=Patient.Sex.choices)
    birth_place_code = forms.PlainTextField(
        label=_("Code of the place of birth"),
        help_text=_(
            "Five characters: digits 6 to 10 of the French social security number. It is not the post code. For a "
            "birth abroad it begins with 99."
        ),
        max_length=10,
    )
    used_name = forms.PlainTextField(label=_("Name used, if it differs"), required=False, max_length=100)
    used_first_name = forms.PlainTextField(label=_("First name used, if it differs"), required=False, max_length=100)
    phone = forms.PhoneField(label=_("Phone"))
    emergency_name = forms.PlainTextField(label=_("Whom may we call in an emergency?"), required=False, max_length=150)
    emergency_phone = forms.PhoneField(label=_("Phone of that person"), required=False)

    def clean_birth_place_code(self) -> str:
        """Five characters, without blanks."""
        code: str = self.cleaned_data["birth_place_code"].replace(" ", "").upper()
        birth_place_validator(code)
        return code


# --- professionals


class RegistrationForm(forms.Form):
    """What a professional states about himself."""

    profession = forms.SelectField(label=_("Profession"), choices=Professional.Profession.choices)
    rpps = forms.PlainTextField(
        label=_("RPPS number"),
        help_text=_("Eleven digits, as on your professional card."),
        max_length=20,
        widget=django_forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    specialty = forms.PlainTextField(label=_("Specialty"), required=False, max_length=120)
    organisation = forms.PlainTextField(label=_("Hospital or practice"), required=False, max_length=200)
    address = forms.LongTextField(label=_("Professional address"), required=False, max_length=400, rows=3)
    phone = forms.PhoneField(label=_("Professional phone"))
    convention = forms.PlainTextField(
        label=_("Position towards the health insurance"),
        help_text=_("For instance “conventionné secteur 1”."),
        required=False,
        max_length=60,
    )

    def clean_rpps(self) -> str:
        """The digits alone, with a right check digit."""
        digits = "".join(self.cleaned_data["rpps"].split())
        validate_rpps(digits)
        return digits


class AnswerRegistrationForm(forms.Form):
    """What the person who looked into the directory found."""

    answer = forms.ChoiceField(
        label=_("What does the directory say?"),
        choices=(
            ("confirmed", _("It has this number for this person, who may practise now")),
            ("refused", _("It does not, or not for this person")),
        ),
    )
    identity_means = forms.SelectField(
        label=_("How did you make sure that it is this person?"),
        required=False,
        choices=(
            ("", "—"),
            ("call_back", _("Called back at the number of the directory")),
            ("professional_address", _("Wrote to the professional address")),
            ("id_document", _("Saw an identity document")),
            ("known", _("Known in person")),
        ),
    )
    note = forms.PlainTextField(
        label=_("What the person is told if it is not confirmed"), required=False, max_length=200
    )

    def clean(self) -> dict[str, Any]:
        """A confirmation needs the means, a refusal needs words."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("answer") == "confirmed" and not data.get("identity_means"):
            self.add_error("identity_means", _("Say how the identity was checked."))
        if data.get("answer") == "refused" and not data.get("note"):
            self.add_error("note", _("Say what is not right, so that the person can correct it."))
        return data


# --- administration


class FindAccountForm(forms.Form):
    """An account by its exact address: lists of patients are shown to nobody here."""

    email = forms.EmailField(label=_("E-mail address of the account"), max_length=254)


class StaffForm(forms.Form):
    """A new account for somebody who works here."""

    title = forms.PlainTextField(label=_("Title"), required=False, max_length=30)
    full_name = PersonName()
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of our messages"), choices=LANGUAGES)
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = grantable_roles()  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """One role to give or to end."""

    role = forms.SelectField(label=_("Role"), choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = grantable_roles()  # type: ignore[attr-defined]


def grantable_roles() -> list[tuple[str, Any]]:
    """Roles an administrator gives: those that do not follow from reaching a patient."""
    hidden = {Role.PATIENT, Role.REPRESENTATIVE, Role.HELPER}
    return [(role.value, role.label) for role in Role if role not in hidden]
