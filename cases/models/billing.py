"""What a request costs and who pays: payers and their vouchers, the patient's choice, receipts.

Amounts are whole cents of the currency of the service.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class Payer(models.Model):
    """An organisation that pays opinions by vouchers, under an agreement with the service. It never sees a request."""

    class Kind(models.TextChoices):
        """What it is."""

        COMPLEMENTARY = "complementary", _("complementary health insurer")
        EMPLOYER = "employer", _("employer")
        HEALTH_INSURANCE = "health_insurance", _("national health insurance")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True, error_messages={"unique": _("This payer is known already.")})
    kind = models.CharField(max_length=16, choices=Kind.choices)
    active = models.BooleanField(default=True)
    agreed_from = models.DateField()
    agreed_until = models.DateField(null=True, blank=True)
    # Vouchers the agreement allows. Cancelled ones count: else the number left would tell how many were used.
    allowance = models.PositiveIntegerField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["complementary", "employer", "health_insurance"]),
                name="payer_kind_known",
                violation_error_message=_("This kind of payer does not exist."),
            ),
            models.CheckConstraint(
                condition=Q(agreed_until__isnull=True) | Q(agreed_until__gte=F("agreed_from")),
                name="payer_agreement_ends_after_it_begins",
                violation_error_message=_("The agreement ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PayerManager(models.Model):
    """Somebody of a payer, who makes its vouchers and reads its counts; of one payer at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="managers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True),
                name="payermanager_of_one_payer",
                violation_error_message=_("This person already manages the vouchers of a payer."),
            ),
        ]


class VoucherBatch(models.Model):
    """Vouchers made together: the same days, cancelled together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="batches")
    size = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="voucherbatch_ends_after_it_begins",
                violation_error_message=_("The last day comes after the first."),
            ),
        ]


class Voucher(models.Model):
    """One opinion paid by a payer. The code itself is shown once and kept nowhere: only its keyed hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(VoucherBatch, on_delete=models.PROTECT, related_name="vouchers")
    code_hash = models.CharField(max_length=64, unique=True)
    # The one request it pays; none while nobody uses it.
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="voucher")
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, taken_at__isnull=True) | Q(case__isnull=False, taken_at__isnull=False),
                name="voucher_taken_iff_it_pays_a_case",
                violation_error_message=_("A voucher that is taken, and no other, pays a request."),
            ),
        ]


class Billing(models.Model):
    """Who pays a request, what it costs, and what the service decided about its price.

    The fees stand here from the sending on; before that those of the service hold.
    """

    class Who(models.TextChoices):
        """Who pays."""

        SELF = "self", _("I pay myself")
        VOUCHER = "voucher", _("My insurer or my employer pays: I have a voucher")
        HELP = "help", _("I cannot pay this price")

    class Decision(models.TextChoices):
        """What the coordinating doctor decided about the price."""

        WAIVED = "waived", _("nothing to pay")
        REDUCED = "reduced", _("a lower price")
        KEPT = "kept", _("the price stays as it is")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="billing")
    who = models.CharField(max_length=8, choices=Who.choices, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)
    # The voucher named; it is taken when the request is sent.
    named_voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = SealedTextField(null=True, blank=True)
    expert_cents = models.PositiveIntegerField(null=True, blank=True)
    service_cents = models.PositiveIntegerField(null=True, blank=True)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    motive = SealedTextField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(who="voucher", named_voucher__isnull=False)
                | (~Q(who="voucher") & Q(named_voucher__isnull=True)),
                name="billing_names_a_voucher_iff_it_pays",
                violation_error_message=_("A voucher is named where it pays, and nowhere else."),
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False, motive__isnull=False)),
                name="billing_decided_by_somebody",
                violation_error_message=_("A decision about the price has its author, its day and its motive."),
            ),
            models.CheckConstraint(
                condition=Q(expert_cents__isnull=True, service_cents__isnull=True)
                | Q(expert_cents__isnull=False, service_cents__isnull=False),
                name="billing_fees_together",
                violation_error_message=_("Both fees are known, or neither."),
            ),
        ]


class Receipt(models.Model):
    """Money that came, or, as a credit note, money that went back. Numbered without gaps in a year, never changed.

    It names no disease and no expert: it may be handed to an insurer.
    """

    class Means(models.TextChoices):
        """How it was paid; no third party takes part."""

        TRANSFER = "transfer", _("bank transfer")
        CHEQUE = "cheque", _("cheque")
        DESK = "desk", _("at the desk")
        OTHER = "other", _("another means")

    class Reason(models.TextChoices):
        """Why there is a credit note."""

        REFUND = "refund", _("money given back")
        MISTAKE = "mistake", _("recorded by mistake")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="receipts")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_notes")
    reason = models.CharField(max_length=8, choices=Reason.choices, blank=True)
    expert_cents = models.PositiveIntegerField()
    service_cents = models.PositiveIntegerField()
    means = models.CharField(max_length=8, choices=Means.choices)
    paid_on = models.DateField()
    payer = SealedTextField()
    # Who ran the service that day.
    issuer = models.JSONField(default=dict)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="receipt_number_once"),
            models.CheckConstraint(
                condition=Q(expert_cents__gt=0) | Q(service_cents__gt=0),
                name="receipt_of_something",
                violation_error_message=_("A receipt is for an amount."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, reason="") | (Q(corrects__isnull=False) & ~Q(reason="")),
                name="receipt_credit_note_says_why",
                violation_error_message=_("A credit note, and no receipt, says why and what it corrects."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:05d}"

    @property
    def cents(self) -> int:
        """Both fees together."""
        return self.expert_cents + self.service_cents

    @property
    def is_credit_note(self) -> bool:
        """Whether it corrects a receipt."""
        return self.corrects_id is not None
