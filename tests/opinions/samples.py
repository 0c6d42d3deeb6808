"""Made-up opinions, as long and as uneven as real ones: French and English, both kinds, a correction, an addendum."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

from cases.opinions.content import (
    Addendum,
    Divergence,
    DivergenceOn,
    OpinionContent,
    Question,
    Replaced,
    from_dict,
)


def _sample(name: str) -> OpinionContent:
    return from_dict(json.loads((Path(__file__).with_name("papers") / f"{name}.json").read_text()))


SECOND_OPINION = _sample("second_opinion")
TELE_EXPERTISE = _sample("tele_expertise")
ENGLISH = _sample("english")

#: A correction that differs deeply, for a patient who does not wish to know the prognosis.
CORRECTION_APART = dataclasses.replace(
    SECOND_OPINION,
    prognosis_apart=True,
    version=2,
    replaces=Replaced(
        version=1,
        signed_at=SECOND_OPINION.signed_at,
        why="La dose d'ibuprofène citée dans l'analyse était inexacte.",
    ),
    divergence=Divergence.DEEP,
    divergence_on=DivergenceOn.BOTH,
    incidents=(),
)

ADDENDUM = dataclasses.replace(
    SECOND_OPINION,
    addendum=Addendum(number=1, to_version=1, to_signed_at=SECOND_OPINION.signed_at),
    signed_at=datetime(2026, 12, 2, 8, 30, tzinfo=UTC),
    summary="",
    questions=(
        Question(
            text="La kinésithérapie me soulage, mais je sens des fourmillements dans le gros orteil. Est-ce grave ?",
            asked_by="Camille Renaud, le 1er décembre 2026",
            answer=(
                "Non, si vous relevez le pied comme avant. Les fourmillements traduisent l'irritation du nerf et "
                "disparaissent souvent en dernier.\n\n"
                "Faites mesurer la force du pied par votre médecin dans les dix jours."
            ),
        ),
    ),
    incidents=(),
)

EVERY = {
    "second_opinion": SECOND_OPINION,
    "correction_apart": CORRECTION_APART,
    "addendum": ADDENDUM,
    "tele_expertise": TELE_EXPERTISE,
    "english": ENGLISH,
}
