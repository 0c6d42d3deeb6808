"""The stage of the proofs: one case in each situation, around the same people, made once through the services."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import override_settings
from PIL import Image

import clock
from accounts import invitations
from accounts.models import KeptPost, Patient, Professional, UserSession
from accounts.services import save_professional
from audit import Actor, SystemActor
from cases import tasks
from cases.demo.walk import Cast, Walk, acting
from cases.invitations import PURPOSE as INVITED_TO
from cases.models import Alert, CallTask, Case, Document, Voucher
from cases.services import (
    alerts,
    billing,
    corrections,
    delivery,
    desk,
    documents,
    drafting,
    messages,
    opinions,
    payers,
)
from cases.services import snippets as kept
from cases.services.documents import Described
from clock import now
from cms.models import InformationPage
from cms.profiles.models import ProfileText
from cms.profiles.services import write_profile
from experts.conventions.texts import current_text, fingerprint, words_for
from experts.joining import votes
from experts.joining.services import answer_refusal, save_draft, send_candidacy
from experts.models import Convention, ConventionSignature, ExpertProfile, Pathology
from experts.own_questions.services import publish_questions, retire_question, save_item
from experts.services import add_absence
from jobs import enqueue, run_until_empty
from jobs.models import DeadJob
from tests.cases import world
from tests.cases.world import rpps
from tests.jobs import samples
from tests.site.people import CANARY, People, make_people
from ui.forms import today
from vault.files import write_file
from vault.keys import create_key

#: So long ago the opinions of the statement were delivered: in a month that is over.
STATEMENT_AGE = timedelta(days=40)


@dataclass
class Stage:
    """People and cases.

    Args:
        cases: ids by name of the situation, `draft` … `stopped`, `tele_…` and `phone_…`.
        things: other ids the addresses need, by name.
    """

    people: People
    pathology: Pathology
    cases: dict[str, uuid.UUID] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    def case(self, name: str) -> Case:
        """A case as it stands now."""
        return Case.objects.get(pk=self.cases[name])


class Builder:
    """Makes the cases one by one."""

    def __init__(self, people: People, pathology: Pathology) -> None:
        self.people = people
        self.stage = Stage(people, pathology)
        self.pathology = pathology
        self.drawn = 0

    # --- pieces

    def walk(self, patient: Patient | None = None) -> Walk:
        """A new case of the patient."""
        users = self.people.users
        cast = Cast(
            patient or self.people.patient, users["owner"], users["requester"], users["coordinator"], self.people.expert
        )
        return Walk(cast, self.pathology)

    def keep(self, name: str, walk: Walk) -> Walk:
        """Remember a case under its name."""
        self.stage.cases[name] = walk.case.pk
        return walk

    def paper(self, case: Case, actor: Actor, kind: str = "imaging_report", prerequisite: str = "") -> Document:
        """A checked document with its page image."""
        self.drawn += 1
        out = io.BytesIO()
        Image.new("L", (60, 80), self.drawn % 250).save(out, "PNG")
        stored = write_file(case.content_key, [out.getvalue(), bytes(self.drawn)], media_type="image/png")
        described = Described(
            type=kind, title=f"Document {CANARY}", note=f"note {CANARY}", prerequisite=prerequisite, author=CANARY
        )
        document = documents.add_document(case.pk, stored, described, actor=actor)
        tasks.check_document.call(str(document.pk))
        tasks.draw_document.call(str(document.pk))
        self.stage.things.setdefault(case.pk, document.pk)
        return document

    def filled(self, *, expert: ExpertProfile | None = None, **answers: Any) -> Walk:
        """A draft with everything answered and one document."""
        walk = self.walk()
        walk.open(expert=expert)
        self.paper(walk.case, walk.patient, prerequisite="lumbar_report")
        told = {"diagnosis_words": f"Hernie discale, {CANARY}.", **answers}
        walk.fill(questions=(f"Faut-il opérer ? {CANARY}",), **told)
        return walk

    def after(self, *steps: str) -> Walk:
        """A second opinion after these steps of its way."""
        walk = self.filled()
        for step in steps:
            getattr(walk, step)()
        return walk

    def upto(self, last: str) -> Walk:
        """A second opinion after this step and all before."""
        return self.after(*WAY[: WAY.index(last) + 1])

    def opened(self, walk: Walk) -> Walk:
        """The requester has read the opinion."""
        version = walk.case.signed_opinion
        assert version is not None
        delivery.open_opinion(walk.case.pk, version.pk, actor=walk.requester, request_key=uuid.uuid4().hex)
        walk.case = Case.objects.get(pk=walk.case.pk)
        return walk

    # --- second opinions

    def before_admission(self) -> None:
        """From the first page to the desk."""
        empty = self.walk()
        empty.open()
        self.keep("empty", empty)
        self.keep("warned", self.filled(ld_bladder="yes"))
        self.keep("draft", self.filled())
        self.keep("awaiting", self.upto("ask_consent"))
        self.keep("submitted", self.upto("consent"))
        self.priced()
        self.keep("checked", self.upto("check"))
        asked = self.keep("information", self.upto("consent"))
        asked.move("request_information", asked.coordinator, message=f"Il manque… {CANARY}", items=["Le scanner"])
        self.keep("admitted", self.upto("admit"))

    def priced(self) -> None:
        """A request sent where there is a price, of which a part has come; a payer with its vouchers."""
        walk, things = self.keep("priced", self.upto("ask_consent")), self.stage.things
        with override_settings(SERVICE_PRICE={"expert_fee": 180, "service_fee": 115, "currency": "EUR"}):
            billing.choose_payer(walk.case.pk, "help", note=f"Un mot {CANARY}", actor=walk.patient)
            walk.consent()
        paid = (10_000, "cheque", today(), f"Zoé {CANARY}")
        things["receipt"] = billing.record_payment(walk.case.pk, *paid, actor=walk.coordinator).pk
        terms = payers.Terms("Mutuelle d’exemple", "complementary", today(), None, 80)
        things["payer"] = payers.record_payer(terms, actor=walk.coordinator).pk
        things["batch"], days = uuid.uuid4(), (today(), today() + timedelta(days=90))
        payers.make_vouchers(things["payer"], 20, *days, batch_id=things["batch"], actor=walk.coordinator)
        email = self.people.users["manager"].email
        things["manager"] = payers.add_manager(things["payer"], email, actor=walk.coordinator).pk

    def statement(self) -> None:
        """Opinions delivered last month, paid by vouchers: enough of them for a statement."""
        names = ("delivered", "opened", "correction_asked", "doctor_told", "closed")
        vouchers = Voucher.objects.filter(batch_id=self.stage.things["batch"])
        for name, voucher in zip(names, vouchers, strict=False):
            delivered = Case.objects.filter(pk=self.stage.cases[name])
            delivered.update(delivered_at=now() - STATEMENT_AGE)
            voucher.case, voucher.taken_at = delivered.get(), now()
            voucher.save()

    def with_expert(self) -> None:
        """In the hands of the expert."""
        self.keep("proposed", self.upto("propose"))
        review = self.keep("in_review", self.upto("accept"))
        self.talk(review)
        written = self.keep("written", self.upto("write"))
        opinions.prepare_reading(written.case.pk, actor=written.expert)
        question = self.keep("question", self.upto("accept"))
        question.move("ask_question", question.expert, text=f"Depuis quand ? {CANARY}")
        self.keep("signed", self.upto("sign"))

    def talk(self, walk: Walk) -> None:
        """Words, an alert, a call and a late document on the case under review."""
        case = walk.case.pk
        messages.write_to_service(case, f"Bonjour, {CANARY}.", actor=walk.patient)
        messages.write_between_desk_and_expert(case, f"Bonjour, {CANARY}.", actor=walk.coordinator)
        alerts.raise_danger(case, actor=walk.patient, note=f"J’ai peur, {CANARY}.")
        desk.ask_for_call(case, CallTask.Why.HELP, actor=walk.patient)
        desk.add_note(case, f"Note de l’équipe, {CANARY}.", actor=walk.coordinator)
        self.stage.things["late_document"] = self.paper(walk.case, walk.patient).pk
        self.stage.things["alert"] = Alert.objects.get(case_id=case).pk
        self.stage.things["call"] = CallTask.objects.get(case_id=case).pk

    def delivered(self) -> None:
        """In the patient's hands."""
        self.keep("delivered", self.upto("deliver"))
        apart = self.filled(prognosis_wish="do_not_tell")
        for step in WAY[:-3]:
            getattr(apart, step)()
        # The prognosis stands on a paper of its own.
        apart.write(prognosis=f"Bon. {CANARY}")
        apart.sign()
        apart.deliver()
        self.keep("opened", self.opened(apart))
        asked = self.keep("follow_up", self.opened(self.upto("deliver")))
        asked.move("ask_follow_up", asked.patient, question=f"Puis-je voyager ? {CANARY}")
        follow_up = opinions.open_follow_up(asked.case)
        opinions.save_addendum(asked.case.pk, f"Oui. {CANARY}", follow_up.draft_version, actor=asked.expert)
        opinions.prepare_addendum(asked.case.pk, actor=asked.expert)
        corrected = self.keep("correction_asked", self.opened(self.upto("deliver")))
        corrections.ask_correction(corrected.case.pk, f"À revoir. {CANARY}", actor=corrected.coordinator)
        corrected = self.keep("correcting", self.opened(self.upto("deliver")))
        corrections.begin_correction(corrected.case.pk, actor=corrected.expert)
        draft = opinions.draft_of(self.stage.case("correcting"))
        why = {"correction_why": f"Un mot. {CANARY}"}
        opinions.save_draft(corrected.case.pk, why, draft.version, actor=corrected.expert)
        opinions.prepare_reading(corrected.case.pk, actor=corrected.expert)
        told = self.walk()
        told.open()
        told.fill()
        doctor = {"name": f"Dr {CANARY}", "address": "2 rue Fictive"}
        told.case = drafting.set_treating_doctor(told.case.pk, "named", doctor, actor=told.patient)
        told.ask_consent()
        told.consent(treating_doctor=True)
        for step in WAY[2:]:
            getattr(told, step)()
        self.keep("doctor_told", told)
        closed = self.keep("closed", self.opened(self.upto("deliver")))
        closed.move("close", closed.patient)

    def aside(self) -> None:
        """On hold, and the ends."""
        held = self.keep("on_hold", self.upto("accept"))
        told = {"told": f"Nous vérifions. {CANARY}", "reason_code": "other", "review_on": today()}
        held.move("hold", held.coordinator, **told)
        declined = self.keep("declined", self.upto("consent"))
        words = {"motive": f"Motif {CANARY}", "explanation": f"Explication {CANARY}", "instead": "Votre médecin."}
        declined.move("decline", declined.coordinator, **words)
        withdrawn = self.keep("withdrawn", self.upto("accept"))
        withdrawn.move("withdraw", withdrawn.patient)
        deputy = acting(self.people.users["deputy"], "coordinator")
        for name in ("stop_asked", "stopped"):
            walk = self.keep(name, self.upto("admit"))
            desk.ask_stop(walk.case.pk, "duplicate", f"Déjà là. {CANARY}", actor=deputy)
        walk.move("stop", walk.coordinator)
        with clock.travel(now() - timedelta(days=400)):
            expired = self.keep("expired", self.filled())
            self.keep("tele_expired", self.asked_by_professional())
        for days in (170, 179, 181):
            with clock.travel(now() - timedelta(days=400 - days)):
                tasks.warn_expiry()
        for call in CallTask.objects.filter(done_at__isnull=True, why=CallTask.Why.EXPIRY):
            desk.close_call(call.pk, reached=True, note="", actor=expired.coordinator)
        with clock.travel(now() - timedelta(days=200)):
            tasks.expire()

    # --- opened by a professional, by phone, for a child

    def tele(self) -> None:
        """Requests of a professional about the same patient."""
        for name, steps in TELE.items():
            walk = self.asked_by_professional()
            for step in steps:
                own = getattr(self, f"_tele_{step}", None)
                own(walk) if own else getattr(walk, step)()
            self.keep(name, walk)
        # A patient without account and address: her code is printed.
        letter = self.keep("tele_letter", self.asked_by_professional(self.people.phoned))
        letter.ask_consent()

    def asked_by_professional(self, patient: Patient | None = None) -> Walk:
        """A professional's draft with everything in it."""
        walk = self.walk(patient)
        walk.open_tele(question=f"Faut-il opérer ? {CANARY}", history=f"Antécédents {CANARY}", allergies="Aucune.")
        self.paper(walk.case, walk.requester)
        return walk

    def _tele_attest(self, walk: Walk) -> None:
        inputs = walk.consent_inputs()
        attested = {"means": "oral", "collected_on": now().date(), "text_handed_over": True}
        walk.move("give_consent", walk.requester, **inputs, **attested)

    def _tele_inform(self, walk: Walk) -> None:
        walk.move("request_information", walk.coordinator, message=f"Il manque {CANARY}", items=["Le scanner"])

    def _tele_ask(self, walk: Walk) -> None:
        walk.move("ask_question", walk.expert, text=f"Depuis quand ? {CANARY}")

    def _tele_told(self, walk: Walk) -> None:
        self.opened(walk)
        delivery.acknowledge_report(walk.case.pk, actor=walk.requester)
        walk.case = delivery.say_patient_told(walk.case.pk, actor=walk.requester)

    def phone(self) -> None:
        """A request the nurse writes down for a patient on the phone."""
        nurse = acting(self.people.users["nurse"], "care_coordinator")
        for name in ("phone_empty", "phone_draft", "phone_warned", "phone_awaiting"):
            walk = _ByPhone(self.people, self.pathology, nurse)
            walk.open_for(nurse)
            if name != "phone_empty":
                self.paper(walk.case, nurse, "letter")
                signs = {"ld_bladder": "yes"} if name == "phone_warned" else {}
                walk.fill(diagnosis_words=f"Hernie, {CANARY}.", **signs)
            if name == "phone_awaiting":
                walk.ask_consent()
            self.keep(name, walk)

    def child(self) -> None:
        """A parent's draft for a child: it stays one until the rules for minors exist."""
        users = self.people.users
        parent = acting(users["parent"], "representative")
        case = drafting.open_second_opinion(
            patient=self.people.child,
            requester=users["parent"],
            pathology=self.pathology,
            actor=parent,
            eligibility={"diagnosis": "yes", "emergency": "no"},
        )
        self.stage.cases["child"] = case.pk

    def convention(self) -> None:
        """A convention one expert has signed on line, which waits for the service; that of the other ends soon."""
        expert, text, day = self.people.expert, current_text(), today()
        waiting = Convention.objects.create(expert=expert, version=str(text.version), signed_by_expert_at=now())
        words = words_for(text, expert, "fr", on=day)
        ConventionSignature(
            convention=waiting,
            side="expert",
            signer=expert.user,
            signer_name=expert.name,
            text=text,
            language="fr",
            shown=words,
            shown_sha256=fingerprint(words),
        ).save()
        self.stage.things["signed_convention"] = waiting.pk
        self.people.other_expert.conventions.update(ends_on=day + timedelta(days=40))

    def candidacies(self) -> None:
        """One before the committee, from which a member has stepped aside; a draft; an old one; two refusals."""
        users, things = self.people.users, self.stage.things
        content = {
            "pathologies": [self.pathology],
            "languages": ["fr"],
            "institution": f"Hôpital {CANARY}",
            "department": "",
            "capacity_per_month": 4,
            **dict.fromkeys(("qualifications", "acts", "interests", "motivation"), f"Texte {CANARY}."),
        }
        found: dict[str, uuid.UUID] = {}
        for name in ("requester", "other_requester", "deputy", "involved", "nurse"):
            # Those of three are so old that the vote can be closed.
            with clock.travel(now() - timedelta(days=0 if "requester" in name else 31)):
                found[name] = save_draft(users[name], actor=acting(users[name], "account"), **content).pk
                if name != "other_requester":
                    send_candidacy(found[name], actor=acting(users[name], "account"))
        desk = acting(users["coordinator"], "coordinator")
        for voter in ("member", "aside"):
            actor = acting(users[voter], "committee")
            votes.declare_practice(users[voter], [self.pathology], actor=actor)
            for name in ("deputy", "involved", "nurse"):
                votes.vote(found[name], choice="against", reason=f"Motif {CANARY}.", actor=actor)
        votes.declare_conflict(found["requester"], actor=acting(users["aside"], "committee"))
        for name in ("deputy", "involved"):
            votes.close_vote(found[name], actor=desk)
        votes.tell_refusal(found["involved"], f"Explication {CANARY}.", actor=desk)
        answer_refusal(found["involved"], f"Réponse {CANARY}.", actor=acting(users["involved"], "account"))
        things |= {"candidacy": found["requester"], "over": found["nurse"]}
        things |= {"refused": found["deputy"], "told": found["involved"]}

    def own_questions(self, expert: Actor) -> None:
        """Two questions and a document the expert asks besides, published; one more, not yet; one retired."""
        words = {"label": {"fr": "Portez-vous un corset ?", "en": "Do you wear a brace?"}, "required": True}
        where = (self.people.expert.pk, self.pathology.pk)
        document = {"label": {"fr": "Radiographie debout", "en": "Standing X-ray"}, "required": False}
        why = {"why": {"fr": "L’équilibre du dos.", "en": "The balance of the back."}}
        self.stage.things["own_question"] = save_item(*where, {"type": "yesno", **words}, actor=expert)
        other = {"type": "longtext", "label": {"fr": "Que portez-vous au travail ?", "en": "What do you lift at work?"}}
        retired = save_item(*where, {**other, "required": False}, actor=expert)
        save_item(*where, {"document_type": "imaging", **document, **why}, actor=expert)
        publish_questions(*where, actor=expert)
        desk = acting(self.people.users["coordinator"], "coordinator")
        retire_question(where[0], retired, f"Trop intime pour cette demande, {CANARY}.", actor=desk)
        save_item(*where, {**other, "required": False}, actor=expert)

    def rest(self) -> None:
        """What addresses name besides cases."""
        things, users = self.stage.things, self.people.users
        self.people.log_in()
        expert = acting(users["expert"], "expert")
        day = now().date() + timedelta(days=60)
        things["absence"] = add_absence(self.people.expert.pk, actor=expert, start=day, end=day).pk
        things["convention"] = self.people.expert.conventions.get().pk
        self.own_questions(expert)
        self.candidacies()
        self.convention()
        self.statement()
        things["new_expert"] = self.people.users["unprofiled"].pk
        things["session"] = UserSession.objects.filter(user=users["owner"]).latest("started_at").pk
        things["snippet"] = kept.add(f"Phrase {CANARY}", f"Texte {CANARY}", actor=expert).pk
        Case.objects.filter(patient=self.people.patient).update(treating_doctor_user=users["involved"])
        # A draft that a rule of publication keeps off the site.
        page = InformationPage.objects.get(code="how", locale__language_code="fr")
        page.introduction = f"Le meilleur chirurgien de France, {CANARY}."
        page.save_revision(user=users["editor"])
        things["page_key"] = page.translation_key
        # Words of an expert that a rule keeps off the site.
        kept_off = world.expert("Ursule Écartée", coordinator=users["coordinator"])
        texts = dict.fromkeys(ProfileText.FIELDS, "") | {"acts_fr": f"Le meilleur chirurgien de France, {CANARY}."}
        write_profile(kept_off.pk, actor=acting(kept_off.user, "expert"), disputed=True, **texts)
        things["kept_expert"] = kept_off.pk
        things["dead"] = DeadJob.objects.get().pk
        things["kept"] = KeptPost.objects.create(
            user=users["owner"],
            content_key=create_key("user"),
            page="/patient/",
            path="/patient/",
            fields=[["text", f"Un texte gardé, {CANARY}."]],
            expires_at=now() + timedelta(hours=20),
        ).pk
        things["invitation"] = invitations.issue(
            INVITED_TO,
            actor=acting(users["requester"], "requester"),
            birth_date=self.people.phoned.birth_date,
            email="odile@example.org",
            patient=self.people.phoned,
            target_id=self.stage.cases["tele_awaiting"],
        ).pk
        things["professional"] = save_professional(
            users["unchecked"],
            actor=SystemActor("set_up"),
            profession=Professional.Profession.PHYSICIAN,
            rpps=rpps(),
            phone="01 99 00 00 00",
        ).pk


class _ByPhone(Walk):
    """A request of a patient without an account, filled in by the nurse."""

    def __init__(self, people: People, pathology: Pathology, nurse: Actor) -> None:
        users = people.users
        super().__init__(
            Cast(people.phoned, users["nurse"], users["nurse"], users["coordinator"], people.expert), pathology
        )
        self.nurse = nurse

    @property
    def patient(self) -> Actor:
        """The nurse stands in for her."""
        return self.nurse

    def open_for(self, nurse: Actor) -> None:
        """The nurse opens the draft."""
        self.case = drafting.open_second_opinion(
            patient=self.cast.patient,
            requester=self.cast.requester,
            pathology=self.pathology,
            actor=nurse,
            eligibility={"diagnosis": "yes", "emergency": "no"},
            by_phone=True,
        )


#: The ordinary way of a second opinion, by the steps of `Walk`.
WAY = ("ask_consent", "consent", "check", "admit", "propose", "accept", "write", "sign", "deliver")
_TELE_WAY = ("ask_consent", "attest", "check", "admit", "propose", "accept")
TELE: dict[str, tuple[str, ...]] = {
    "tele_draft": (),
    "tele_awaiting": ("ask_consent",),
    "tele_submitted": ("ask_consent", "attest"),
    "tele_information": ("ask_consent", "attest", "inform"),
    "tele_review": _TELE_WAY,
    "tele_question": (*_TELE_WAY, "ask"),
    "tele_delivered": (*_TELE_WAY, "write", "sign", "deliver"),
    "tele_told": (*_TELE_WAY, "write", "sign", "deliver", "told"),
}


def build_stage() -> Stage:
    """Everything, in the order of a case's life."""
    pathology = Pathology.objects.get(code="lumbar_disc_herniation")
    # A job that is dead, while no other waits.
    enqueue(samples.give_up, "stage")
    run_until_empty(raise_errors=False)
    builder = Builder(make_people(pathology), pathology)
    for part in ("before_admission", "with_expert", "delivered", "aside", "tele", "phone", "child", "rest"):
        getattr(builder, part)()
    return builder.stage
