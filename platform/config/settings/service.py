"""The rules of the service that an instance may set: names, clocks, referral, delivery. Durations in hours or days."""

from typing import Any

SERVICE_NAME = "Second Regard"
SERVICE_CONTROLLER = "Second Regard (instance de démonstration)"
SERVICE_CONTACT = "1 rue de l’Exemple, 75000 Paris"
SERVICE_DPO_EMAIL = "dpo@demo.test"

#: Hours each step may take, by the rhythm of the case: second opinion, tele-expertise in 7 days or in 48 hours.
CLOCKS: dict[str, dict[str, int]] = {
    "second_opinion": {"completeness": 48, "acceptance": 24, "writing": 120, "total": 168, "follow_up": 120},
    "d7": {"completeness": 48, "acceptance": 24, "writing": 120, "total": 168, "follow_up": 120},
    "h48": {"completeness": 6, "acceptance": 12, "writing": 30, "total": 48, "follow_up": 48},
}
#: Days of silence of the requester after which a request expires, and days for which what was never sent is kept after
#: that, to be taken up again, before its key is destroyed: six months for a draft, as its notice says (C-RET-5).
UNSENT_KEPT_DAYS = 30
EXPIRY_DAYS: dict[str, int] = {"draft": 182 - UNSENT_KEPT_DAYS, "awaiting_consent": 30, "information_requested": 90}
#: Days before the end at which the requester is warned, twice.
EXPIRY_WARNING_DAYS = (14, 3)
#: Days after which the expert may go on without an answer, and days at which the requester is reminded.
QUESTION_DAYS = 10
QUESTION_REMINDER_DAYS = (3, 7)
#: Days the follow-up question stays open after the first opening, and days before a read case closes by itself.
FOLLOW_UP_DAYS = 30
CLOSE_DAYS = 30
HOLD_REVIEW_DAYS = 14
#: Hours before a deadline at which the patient is told a later one: the date of the opinion, the end of a step.
LATE_NOTICE_HOURS = {"total": 12, "stage": 2}
OVERRIDE_STOP_DAYS = 30
UNOPENED_WORKING_DAYS = 3
#: After so many days of a correction asked for or under way somebody calls, and the coordinator may end it.
CORRECTION_DAYS = 7
ALERT_MINUTES = 60
#: Hours after which a patient may ask for the report of a tele-expertise by herself.
TELE_EXPERTISE_PATIENT_HOURS = 48

#: Whether a doctor must refer a patient who asks himself: «off», «recommended» or «required» (R.4127-53), as long as
#: no coordinating doctor has recorded a rule on the desk. Where a price is set none can be asked for until then.
REFERRAL_RULE = "recommended"
#: Deliver at the very moment of the signature, where the instance allows and nothing forbids.
DELIVER_AT_ONCE = False
#: A price of 0 means that the service is free: payment is then waived from the start.
SERVICE_PRICE: dict[str, Any] = {"expert_fee": 0, "service_fee": 0, "currency": "EUR"}
#: How a price may be paid, in words, in each language; name, address and site of the consumer mediator (L.616-1 of the
#: consumer code). Both are said on the site, and a price without them is warned of at the start.
SERVICE_PAYMENT: dict[str, str] = {"fr": "", "en": ""}
SERVICE_MEDIATOR = ""
#: Vouchers of a payer: how many a batch has, at least and at most. Of a small batch its payer knows every holder.
#: And the fewest opinions of a month that a payer is told of as a number: below, it reads «fewer than».
VOUCHERS: dict[str, int] = {"least": 20, "most": 500, "fewest_told": 5}
#: The committee that admits experts: how many votes of members who practise in a pathology of the candidacy decide it,
#: the share of the votes for or against that must be exceeded (in hundredths), the days it has; and the fewest votes,
#: never under two, with which a coordinator may close one whose days are over.
COMMITTEE: dict[str, int] = {"quorum": 3, "majority": 50, "days": 30, "least": 2}
#: Days a convention signed on line holds: three years.
CONVENTION_DAYS = 1096
#: Days within which a refused candidate is told why, in words.
REFUSAL_DAYS = 7
