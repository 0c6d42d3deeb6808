"""Made-up opinions, as long and as uneven as real ones: French and English, both kinds, an addendum."""

import dataclasses
from datetime import UTC, date, datetime

from cases.opinions.content import (
    Addendum,
    Copy,
    Divergence,
    DivergenceOn,
    DocumentMissing,
    DocumentReceived,
    Doctor,
    Expert,
    Incident,
    Kind,
    OpinionContent,
    PatientIdentity,
    Question,
    Reader,
    Relevance,
    Replaced,
    TreatmentOption,
)

SALVAT = Expert(
    name="Pr Anne Salvat",
    qualification="Spécialiste qualifiée en chirurgie orthopédique et traumatologie",
    workplace="Hôpital de la Croix-Verte, service de chirurgie du rachis",
    address="12, rue des Tanneurs\n69003 Lyon",
    phone="04 72 00 00 12",
    email="a.salvat@croix-verte.example",
    rpps="10101234567",
    insurance_position="conventionnée, secteur 1",
    order="Conseil départemental du Rhône de l’Ordre des médecins",
    order_number="69/14872",
)
CAMILLE = PatientIdentity(
    birth_name="Lefèvre",
    birth_first_names="Camille Marie Œdile",
    birth_date=date(1980, 5, 3),
    sex="F",
    birth_place="Villeurbanne (69266)",
    used_name="Renaud",
    ins="2 80 05 69 266 013 44 (NIR)",
)
MARTIN = Doctor(
    name="Dr Paul Martin",
    profession="médecin généraliste",
    rpps="10107654321",
    address="4, place du Marché\n69100 Villeurbanne",
    phone="04 78 00 00 34",
)

SECOND_OPINION = OpinionContent(
    kind=Kind.SECOND_OPINION,
    language="fr",
    reference="DA-2611-0482",
    pathology="Hernie discale lombaire",
    requested_at=datetime(2026, 11, 12, 17, 42, tzinfo=UTC),
    admitted_at=datetime(2026, 11, 13, 9, 5, tzinfo=UTC),
    signed_at=datetime(2026, 11, 18, 17, 12, tzinfo=UTC),
    patient=CAMILLE,
    expert=SALVAT,
    requested_by="Camille Renaud, patiente",
    treating_doctor=MARTIN,
    verification_code="7H2K9-QXM4T-0B8VD-3RWZ6-N5C1J",
    verification_address="https://secondregard.example/verifier/",
    service_contact="L'équipe de coordination, au 01 80 00 00 00, du lundi au vendredi de 9 h à 18 h",
    summary=(
        "Vous avez une hernie discale entre la quatrième et la cinquième vertèbre lombaire. Elle appuie sur un nerf, ce "
        "qui explique la douleur qui descend dans votre jambe droite. Aujourd'hui, rien dans votre dossier ne montre que "
        "ce nerf soit abîmé : vous n'avez pas perdu de force.\n\n"
        "Je ne pense donc pas que l'opération soit urgente. Chez la plupart des personnes dans votre situation, la "
        "douleur diminue nettement en deux à trois mois avec un traitement sans chirurgie. Attendre trois mois est "
        "raisonnable, à une condition : surveiller trois signes.\n\n"
        "Appelez le 15 ou rendez-vous aux urgences si :\n"
        "- vous ne pouvez plus relever le pied ou les orteils ;\n"
        "- vous sentez moins bien la région entre les jambes ;\n"
        "- vous avez du mal à uriner ou à vous retenir.\n\n"
        "Si la douleur reste forte après trois mois malgré le traitement, l'opération proposée est une bonne solution, et "
        "le chirurgien que vous avez vu la pratique couramment."
    ),
    questions=(
        Question(
            text="L'opération est-elle nécessaire?",
            asked_by="Camille Renaud",
            answer=(
                "Elle est possible, elle n'est pas nécessaire aujourd'hui. Les trois situations qui imposent d'opérer vite "
                "(perte de force qui s'aggrave, troubles pour uriner, douleur qu'aucun médicament ne calme) ne sont pas "
                "présentes : votre réponse du 15 novembre précise que vous relevez le pied normalement.\n\n"
                "À un an, les patients opérés et ceux qui ne l'ont pas été vont en moyenne aussi bien ; l'opération soulage "
                "plus vite, dans les premières semaines."
            ),
        ),
        Question(
            text="Puis-je attendre trois mois avant de décider ?",
            asked_by="Camille Renaud",
            answer=(
                "Oui. Attendre 12 semaines ne réduit pas les chances de succès d'une opération ultérieure, tant que la force "
                "du pied reste normale. Au-delà de six mois de douleur forte, les résultats sont un peu moins bons : c'est "
                "pourquoi je propose de refaire le point en février 2027."
            ),
        ),
        Question(
            text="Que risque ma jambe droite si je ne fais rien, et est-ce que je peux continuer mon travail d'infirmière, "
            "qui demande de porter des patients ?",
            asked_by="Camille Renaud",
            answer=(
                "Le risque de garder une faiblesse du pied est faible (de l'ordre de 2 %) tant qu'aucune faiblesse n'est "
                "apparue. Pour le travail, je conseille :\n"
                "- un arrêt ou un poste sans port de charge de plus de 5 kg pendant six semaines ;\n"
                "- une reprise progressive, avec l'avis du médecin du travail ;\n"
                "- une formation aux gestes de transfert avant le retour au poste complet."
            ),
        ),
    ),
    first_opinion=(
        "Le Dr Hugo Ferrand, chirurgien orthopédiste à Lyon, a proposé le 28 octobre 2026 une discectomie L4-L5 droite "
        "« sans attendre », programmée le 9 décembre 2026."
    ),
    divergence=Divergence.MINOR,
    divergence_on=DivergenceOn.TREATMENT,
    divergence_text=(
        "Nous sommes d'accord sur le diagnostic, et sur le fait que la discectomie est l'intervention qui convient si l'on "
        "opère. Nous différons sur le moment : en l'absence de déficit moteur, je propose de laisser d'abord sa chance au "
        "traitement médical bien conduit, qui n'a duré que trois semaines."
    ),
    options=(
        TreatmentOption(
            title="Traitement médical et kinésithérapie pendant trois mois",
            benefits=(
                "- Douleur nettement réduite chez 6 à 8 patients sur 10 en 12 semaines\n"
                "- Pas d'anesthésie ni de cicatrice\n"
                "- L'opération reste possible ensuite"
            ),
            risks=(
                "- Douleur pendant plusieurs semaines encore\n"
                "- Effets des médicaments : somnolence, maux d'estomac\n"
                "- Rare : perte de force, qui demande alors d'opérer vite"
            ),
            remark="C'est l'option que je conseille aujourd'hui.",
        ),
        TreatmentOption(
            title="Infiltration épidurale de corticoïdes, sous contrôle radiologique",
            benefits="Soulage en quelques jours environ un patient sur deux, pour quelques semaines.",
            risks="Infection ou hématome : moins de 1 cas sur 10 000. Hausse passagère de la glycémie.",
            remark="À associer au traitement médical si la douleur empêche de dormir malgré les médicaments.",
        ),
        TreatmentOption(
            title="Discectomie L4-L5 droite",
            benefits=(
                "- Soulagement rapide de la jambe (8 à 9 patients sur 10)\n"
                "- Sortie le lendemain, reprise d'un travail assis à 4 semaines"
            ),
            risks=(
                "- Brèche de la dure-mère : 3 à 5 %\n"
                "- Infection : 1 à 2 %\n"
                "- Nouvelle hernie au même niveau : 5 à 10 % en cinq ans\n"
                "- Lésion d'un nerf : moins de 1 %"
            ),
        ),
    ),
    to_discuss=(
        "- L'adaptation du traitement de la douleur : l'ibuprofène est à éviter avec votre traitement pour la tension.\n"
        "- Une ordonnance de kinésithérapie (15 séances), avec un travail actif plutôt que des massages.\n"
        "- Le report de la date du 9 décembre : appelez le secrétariat du Dr Ferrand, il le comprendra très bien.\n"
        "- Une consultation de contrôle, avec examen de la force du pied, dans trois semaines."
    ),
    analysis=(
        "Patiente de 46 ans, infirmière, lomboradiculalgie L5 droite depuis le 2 octobre 2026, EVA 7/10 à l'effort et 5/10 "
        "au repos, sans déficit moteur déclaré (relèvement du pied et de l'hallux conservé, réponse à ma question du 15 "
        "novembre), sans trouble sphinctérien. Lasègue à 40° à droite selon le compte rendu du Dr Ferrand.\n\n"
        "IRM du 4 novembre 2026 (312 images, lues en totalité) : protrusion discale L4-L5 postéro-latérale droite de "
        "7 mm × 11 mm, migration caudale limitée, contact avec la racine L5 droite dans le récessus latéral ; canal de taille "
        "normale (diamètre antéro-postérieur 15 mm). Signal Modic 1 discret du plateau supérieur de L5. Pas d'autre étage "
        "pathologique. Le contact est franc, mais l'émergence de la racine n'est pas refoulée de plus de 3 mm.\n\n"
        "L'électromyogramme du 6 novembre ne montre pas de dénervation active dans le territoire L5 : ≤ 1 potentiel de "
        "repos par site, amplitudes distales normales (µV). C'est l'argument principal pour différer.\n\n"
        "Le traitement médical n'a comporté que trois semaines de paracétamol et d'ibuprofène 400 mg × 3, sans "
        "kinésithérapie ni infiltration. Les recommandations invitent à un traitement conservateur de 6 à 12 semaines hors "
        "urgence neurologique. Les essais randomisés (SPORT, Leiden) montrent un soulagement plus rapide après chirurgie et "
        "des résultats équivalents à un an."
    ),
    sources=(
        "- Haute Autorité de santé, « Prise en charge du patient présentant une lombalgie commune », 2019.\n"
        "- Peul WC et al., « Surgery versus prolonged conservative treatment for sciatica », N Engl J Med 2007;356:2245-56."
    ),
    prognosis=(
        "À un an, neuf patients sur dix dans votre situation ont retrouvé leurs activités, avec ou sans opération. Une gêne "
        "du bas du dos peut revenir par périodes : elle ne signifie pas que le nerf est de nouveau comprimé."
    ),
    relevance=Relevance.ACCEPT,
    relevance_reason=(
        "L'examen clinique récent du chirurgien, l'IRM complète et l'électromyogramme suffisent pour répondre aux questions "
        "posées."
    ),
    documents=(
        DocumentReceived(
            kind="imagerie",
            title="IRM lombaire (312 images)",
            dated=date(2026, 11, 4),
            author="Centre d'imagerie de la Part-Dieu",
        ),
        DocumentReceived(
            kind="compte rendu d'imagerie",
            title="Compte rendu de l'IRM",
            dated=date(2026, 11, 4),
            author="Dr Lise Aubry, radiologue",
        ),
        DocumentReceived(
            kind="compte rendu de consultation",
            title="Consultation de chirurgie",
            dated=date(2026, 10, 28),
            author="Dr Hugo Ferrand",
        ),
        DocumentReceived(
            kind="compte rendu de consultation",
            title="Électromyogramme des membres inférieurs, avec les tracés",
            dated=date(2026, 11, 6),
            author="Dr Inès Bakri, neurologue",
        ),
        DocumentReceived(kind="ordonnance", title="Ordonnances d'octobre 2026", dated=date(2026, 10, 5), author="Dr Paul Martin"),
        DocumentReceived(kind="lettre", title="Lettre personnelle de la patiente"),
        DocumentReceived(
            kind="questionnaire", title="Questionnaire de santé, version 1", dated=date(2026, 11, 12), author="Camille Renaud"
        ),
    ),
    missing=(
        DocumentMissing(title="Radiographies dynamiques", why="jamais réalisées"),
        DocumentMissing(title="Compte rendu opératoire de 2009", unreadable=True, why="deux pages sur trois sont noires"),
    ),
    limits="Je n'ai pas examiné la patiente : la force du pied est celle qu'elle décrit et celle qu'a mesurée le Dr Ferrand.",
    silences=("Avez-vous déjà reçu une infiltration, et à quelle date ?",),
    incidents=(
        Incident(
            happened_at=datetime(2026, 11, 12, 18, 20, tzinfo=UTC),
            text="envoi de l'IRM interrompu à 40 %, repris et terminé à 19 h 31",
        ),
    ),
    copies=(
        Copy(reader=Reader.PATIENT, name="Camille Renaud"),
        Copy(reader=Reader.TREATING_DOCTOR, name="Dr Paul Martin", place="Villeurbanne"),
    ),
)

SECOND_OPINION_APART = dataclasses.replace(
    SECOND_OPINION,
    prognosis_apart=True,
    version=2,
    replaces=Replaced(
        version=1,
        signed_at=datetime(2026, 11, 18, 17, 12, tzinfo=UTC),
        why="La dose d'ibuprofène citée dans l'analyse était inexacte.",
    ),
    divergence=Divergence.DEEP,
    divergence_on=DivergenceOn.BOTH,
    incidents=(),
)

ADDENDUM = dataclasses.replace(
    SECOND_OPINION,
    addendum=Addendum(number=1, to_version=1, to_signed_at=datetime(2026, 11, 18, 17, 12, tzinfo=UTC)),
    signed_at=datetime(2026, 12, 2, 8, 30, tzinfo=UTC),
    summary="",
    questions=(
        Question(
            text="La kinésithérapie me soulage, mais je sens des fourmillements dans le gros orteil. Est-ce un signe de gravité ?",
            asked_by="Camille Renaud, le 1er décembre 2026",
            answer=(
                "Non, si vous relevez le pied comme avant. Les fourmillements traduisent l'irritation du nerf et disparaissent "
                "souvent en dernier.\n\nFaites mesurer la force du pied par votre médecin dans les dix jours."
            ),
        ),
    ),
    incidents=(),
)

TELE_EXPERTISE = dataclasses.replace(
    SECOND_OPINION,
    kind=Kind.TELE_EXPERTISE,
    reference="TE-2611-0117",
    requester=Doctor(
        name="Dr Nadia Khelifi",
        profession="médecin généraliste",
        rpps="10109876543",
        address="Maison de santé des Alouettes, 38460 Crémieu",
        phone="04 74 00 00 56",
    ),
    requested_by="",
    urgency="sous 48 heures",
    act="Télé-expertise (TE2), acte de l'expert du 18 novembre 2026",
    pathology="Nodule thyroïdien",
    expert=Expert(
        name="Dr Étienne Vasseur",
        qualification="Spécialiste qualifié en endocrinologie, diabétologie et maladies métaboliques",
        address="3, quai des Brumes\n38000 Grenoble",
        phone="04 76 00 00 78",
        rpps="10105556667",
        insurance_position="conventionné, secteur 2 avec option de pratique tarifaire maîtrisée",
        order="Conseil départemental de l’Isère de l’Ordre des médecins",
    ),
    questions=(
        Question(
            text="Nodule de 18 mm EU-TIRADS 4, cytologie Bethesda III : faut-il répéter la cytoponction, ou adresser au chirurgien ?",
            asked_by="Dr Nadia Khelifi",
            answer=(
                "Je propose de répéter la cytoponction à trois mois, sous échographie, avec relecture par un cytologiste "
                "référent. La chirurgie d'emblée n'est pas justifiée : nodule < 20 mm, TSH normale, pas d'adénopathie.\n\n"
                "Si la seconde cytologie reste Bethesda III : discussion en réunion de concertation (lobectomie diagnostique ou "
                "surveillance à 6 mois)."
            ),
        ),
    ),
    analysis=(
        "Femme de 46 ans, nodule découvert fortuitement. Échographie du 20 octobre 2026 : nodule lobaire gauche de "
        "18 × 12 × 11 mm, modérément hypoéchogène, contours réguliers, sans microcalcification, EU-TIRADS 4. TSH 1,8 mUI/l, "
        "calcitonine < 2 ng/l.\n\nCytologie Bethesda III (atypies de signification indéterminée) : risque de malignité de 10 à 30 %."
    ),
    first_opinion="",
    divergence=Divergence.NONE_STATED,
    divergence_on=None,
    divergence_text="",
    options=(),
    to_discuss="- Dosage de la TSH dans 3 mois.\n- Prévenir la patiente que deux ponctions non concluantes ne sont pas rares.",
    prognosis="",
    summary=(
        "Le nodule de votre thyroïde est petit et ne présente pas de signe inquiétant. La première ponction n'a pas permis de "
        "trancher : cela arrive une fois sur cinq. Le spécialiste conseille d'en refaire une dans trois mois."
    ),
    sources="",
    limits="Images échographiques non transmises : lecture du compte rendu seul.",
    silences=(),
    documents=(
        DocumentReceived(
            kind="compte rendu d'imagerie",
            title="Échographie thyroïdienne",
            dated=date(2026, 10, 20),
            author="Dr Lise Aubry, radiologue",
        ),
        DocumentReceived(
            kind="anatomopathologie", title="Cytologie", dated=date(2026, 11, 2), author="Laboratoire des Alpes, Dr M. Roche"
        ),
        DocumentReceived(kind="biologie", title="TSH, calcitonine", dated=date(2026, 10, 14), author="Biolab Crémieu"),
    ),
    missing=(DocumentMissing(title="Images de l'échographie", why="le cabinet ne les conserve pas"),),
    incidents=(),
    copies=(
        Copy(reader=Reader.REQUESTER, name="Dr Nadia Khelifi", place="Crémieu"),
        Copy(reader=Reader.TREATING_DOCTOR, name="Dr Paul Martin", place="Villeurbanne"),
        Copy(reader=Reader.PATIENT, name="Camille Renaud"),
    ),
)

ENGLISH = dataclasses.replace(
    SECOND_OPINION,
    language="en",
    pathology="Lumbar disc herniation",
    requested_by="Camille Renaud, patient",
    expert=dataclasses.replace(
        SALVAT,
        qualification="Specialist in orthopaedic and trauma surgery",
        insurance_position="under agreement, sector 1",
    ),
    treating_doctor=dataclasses.replace(MARTIN, profession="general practitioner"),
    service_contact="The coordination team, +33 1 80 00 00 00, Monday to Friday, 9:00 to 18:00",
    summary=(
        "You have a herniated disc between your fourth and fifth lumbar vertebrae. It presses on a nerve, which explains the "
        "pain down your right leg. Nothing in your file shows that the nerve is damaged: you haven't lost any strength.\n\n"
        "I don't think that surgery is urgent. For most people in your situation the pain eases clearly within two to three "
        "months without an operation. Waiting three months is reasonable, as long as you watch for three signs:\n"
        "- you can no longer lift your foot or toes;\n- you feel less between your legs;\n- you find it hard to pass water or hold it."
    ),
    questions=(
        Question(
            text="Is the operation necessary?",
            asked_by="Camille Renaud",
            answer="It's possible; it isn't necessary today. None of the three situations that call for quick surgery is present.",
        ),
        Question(
            text="Can I wait three months?",
            asked_by="Camille Renaud",
            answer="Yes. Waiting 12 weeks doesn't lower the chances of success of a later operation.",
        ),
    ),
    first_opinion="On 28 October 2026 Dr Hugo Ferrand, orthopaedic surgeon in Lyon, proposed an L4-L5 discectomy without delay.",
    divergence_text="We agree on the diagnosis. We differ on the moment: three weeks of medical treatment are too few.",
    options=(
        TreatmentOption(
            title="Medical treatment and physiotherapy for three months",
            benefits="- Clearly less pain for 6 to 8 patients in 10\n- No anaesthesia, no scar",
            risks="- Pain for some more weeks\n- Side effects of the medicines",
            remark="This is what I advise today.",
        ),
    ),
    to_discuss="- Your pain medicines: ibuprofen doesn't go well with your blood pressure treatment.\n- Physiotherapy, 15 sessions.",
    analysis="46-year-old nurse, right L5 radiculopathy since 2 October 2026, no motor deficit reported.",
    sources="",
    prognosis="At one year, nine patients in ten are back to their activities, with or without surgery.",
    relevance_reason="",
    documents=(
        DocumentReceived(
            kind="imaging", title="Lumbar MRI (312 images)", dated=date(2026, 11, 4), author="Part-Dieu imaging centre"
        ),
    ),
    missing=(),
    limits="I did not examine the patient.",
    silences=(),
    incidents=(),
)

EVERY = {
    "second_opinion": SECOND_OPINION,
    "second_opinion_apart": SECOND_OPINION_APART,
    "addendum": ADDENDUM,
    "tele_expertise": TELE_EXPERTISE,
    "english": ENGLISH,
}
