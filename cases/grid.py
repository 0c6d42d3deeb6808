"""Which profession may read which type of document: need to know, on top of the relation with the case (S1-34, S1-35).

The idea is that of the matrix of the shared record (arrêté of 26 October 2023); version it when a row changes.
"""

from accounts.models import Professional
from cases.models.documents import DocumentType

VERSION = 1

_ALL = frozenset(DocumentType.values)
_GRID: dict[str, frozenset[str]] = {
    Professional.Profession.PHYSICIAN: _ALL,
    Professional.Profession.DENTIST: _ALL - {DocumentType.PATHOLOGY_REPORT},
    Professional.Profession.MIDWIFE: _ALL,
    Professional.Profession.PHARMACIST: frozenset(
        {DocumentType.PRESCRIPTION, DocumentType.BIOLOGY, DocumentType.VACCINATION, DocumentType.LETTER}
    ),
    Professional.Profession.NURSE: _ALL - {DocumentType.PATHOLOGY_REPORT},
    Professional.Profession.PHYSIOTHERAPIST: frozenset(
        {
            DocumentType.PRESCRIPTION,
            DocumentType.IMAGING,
            DocumentType.IMAGING_REPORT,
            DocumentType.OPERATIVE_REPORT,
            DocumentType.LETTER,
        }
    ),
}


def grid_allows(profession: str, document_type: str) -> bool:
    """Whether a profession may read a type of document; an unknown profession reads nothing."""
    return document_type in _GRID.get(profession, frozenset())
