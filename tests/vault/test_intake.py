"""What is examined: ordinary files stay as they are, hostile ones are refused or made harmless."""

import hashlib
import io
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from tests.vault import hostile, samples
from vault import sniff
from vault.exceptions import FileRefused
from vault.files import read_file, write_file
from vault.intake import examine
from vault.models import ContentKey, StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.once]
JPEG_AS_KEPT = "image/jpeg"


def put(key: ContentKey, data: bytes) -> StoredFile:
    """As an upload leaves it: its kind judged by its first bytes."""
    return write_file(key, [data], media_type=sniff.media_type(data[: sniff.HEAD_BYTES]))


def content(stored: StoredFile) -> bytes:
    return b"".join(read_file(stored))


@pytest.mark.parametrize("make", [samples.pdf, samples.dicom, samples.zip_of_dicom])
def test_an_ordinary_document_is_kept_byte_for_byte(key: ContentKey, make: Any) -> None:
    data = make()
    stored = put(key, data)
    examined = examine(stored)
    assert examined.stored == stored
    assert examined.taken_out == ()
    assert content(examined.stored) == data


def test_facts_are_found(key: ContentKey) -> None:
    assert examine(put(key, samples.pdf(3))).facts == {"pages": 3}
    assert examine(put(key, samples.jpeg(orientation=6))).facts == {"width": 200, "height": 320}
    assert examine(put(key, samples.zip_of_dicom(4))).facts["images"] == 4
    facts = examine(put(key, samples.dicom(frames=3))).facts
    assert (facts["modality"], facts["study_date"], facts["frames"], facts["rows"]) == ("CT", "20261103", 3, 64)
    assert "Doe" not in str(facts)


@pytest.mark.asvs("14.2.8")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_keeps_its_pixels_and_its_way_up_and_loses_the_rest(key: ContentKey, orientation: int) -> None:
    data = samples.jpeg(orientation=orientation)
    assert samples.GPS.encode() in data
    examined = examine(put(key, data))
    kept = content(examined.stored)
    assert examined.taken_out == ("metadata",)
    assert not StoredFile.objects.exclude(pk=examined.stored.pk).exists()
    for secret in (samples.GPS.encode(), b"PhoneMaker", b"taken at home"):
        assert secret not in kept
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(kept))
    assert before.tobytes() == after.tobytes()
    assert after.getexif().get(0x0112, 1) == orientation
    assert set(after.getexif()) <= {0x0112}


def test_a_progressive_photograph_keeps_its_pixels(key: ContentKey) -> None:
    buffer = io.BytesIO()
    samples.picture(900, 700).effect_spread(3).save(
        buffer, "JPEG", progressive=True, comment=b"secret", restart_marker_rows=2
    )
    kept = content(examine(put(key, buffer.getvalue())).stored)
    assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(buffer).tobytes()
    assert b"secret" not in kept


def test_a_photograph_without_metadata_is_kept_as_it_is(key: ContentKey) -> None:
    examined = examine(put(key, samples.jpeg(metadata=False)))
    assert (examined.taken_out, content(examined.stored)) == ((), samples.jpeg(metadata=False))


def test_a_colour_profile_stays(key: ContentKey) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    buffer = io.BytesIO()
    samples.picture().save(buffer, "JPEG", icc_profile=profile, comment=b"x")
    kept = content(examine(put(key, buffer.getvalue())).stored)
    assert Image.open(io.BytesIO(kept)).info["icc_profile"] == profile


def test_png_keeps_its_pixels_and_loses_its_texts(key: ContentKey) -> None:
    examined = examine(put(key, samples.png()))
    kept = content(examined.stored)
    assert b"someone" in samples.png()
    assert b"someone" not in kept
    assert Image.open(io.BytesIO(kept)).tobytes() == samples.picture().tobytes()


def test_heic_becomes_a_jpeg_without_metadata(key: ContentKey) -> None:
    examined = examine(put(key, samples.heic()))
    kept = content(examined.stored)
    assert examined.stored.media_type == JPEG_AS_KEPT
    assert b"PhoneMaker" in samples.heic()
    assert b"PhoneMaker" not in kept
    image = Image.open(io.BytesIO(kept)).convert("RGB")
    assert image.size == (320, 200)
    red, blue = image.getpixel((40, 150)), image.getpixel((280, 150))
    assert red[0] > 200 > 60 > red[2]  # type: ignore[index]
    assert blue[2] > 200 > 60 > blue[0]  # type: ignore[index]


# --- the hostile corpus
@pytest.mark.asvs("5.2.2")
@pytest.mark.asvs("5.2.3")
@pytest.mark.asvs("5.2.5")
@pytest.mark.asvs("5.3.3")
@pytest.mark.parametrize("name", hostile.REFUSED)
def test_hostile_files_are_refused_with_what_to_do(key: ContentKey, own_vault: Path, tmp_path: Path, name: str) -> None:
    data, codes = hostile.REFUSED[name]
    with pytest.raises(FileRefused) as error:
        examine(put(key, data))
    assert error.value.code in codes
    assert str(error.value.next_step)
    # Nothing lies anywhere but the keys and what was received.
    found = {path for path in tmp_path.rglob("*") if path.is_file()}
    received = {own_vault / "objects" / stored.object_name for stored in StoredFile.objects.all()}
    assert found == received | {tmp_path / "keys" / "master"}


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize("name", hostile.DISARMED)
def test_polyglots_are_made_harmless(key: ContentKey, name: str) -> None:
    data, poison = hostile.DISARMED[name]
    assert poison in data
    examined = examine(put(key, data))
    kept = content(examined.stored)
    assert poison not in kept
    assert examined.taken_out
    assert examined.stored.sha256 == hashlib.sha256(kept).hexdigest()
    assert list(StoredFile.objects.all()) == [examined.stored]
    again = examine(examined.stored)
    assert again.taken_out == ()


@pytest.mark.parametrize("part", hostile.ACTING_PDFS)
def test_a_pdf_that_acts_is_written_anew_without(key: ContentKey, part: str) -> None:
    examined = examine(put(key, hostile.acting_pdf(part)))
    kept = content(examined.stored)
    assert set(examined.taken_out) & {"script", "action", "media", "attachment"}
    with pikepdf.open(io.BytesIO(kept)) as document:
        shown = b"\n".join(thing.unparse(resolved=True) for thing in document.objects)
        assert len(document.pages) == 2
    for poison in (b"app.alert", b"cmd.exe", b"/Launch", b"/JavaScript", b"127.0.0.1", b"/XFA", b"RichMedia", b"MZ"):
        assert poison not in shown
    assert examine(examined.stored).taken_out == ()


def test_data_attached_to_a_pdf_stays(key: ContentKey) -> None:
    document = pikepdf.open(io.BytesIO(samples.pdf()))
    document.attachments["opinion.json"] = b'{"a": 1}'
    data = hostile.saved(document)
    assert content(examine(put(key, data)).stored) == data


def test_an_ordinary_link_and_an_ordinary_form_stay(key: ContentKey) -> None:
    from pikepdf import Array, Dictionary, Name

    document = pikepdf.open(io.BytesIO(samples.pdf()))
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([0, 0, 9, 9]),
        A=Dictionary(S=Name.URI, URI="https://example.org"),
    )
    document.pages[0].Annots = Array([document.make_indirect(link)])
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(Dictionary(FT=Name.Tx, T="x"))]))
    data = hostile.saved(document)
    assert content(examine(put(key, data)).stored) == data


@pytest.mark.asvs("5.2.6")
def test_a_pixel_flood_is_refused_at_once(key: ContentKey) -> None:
    stored = put(key, hostile.pixel_flood_png())
    start = time.monotonic()
    with pytest.raises(FileRefused) as error:
        examine(stored)
    assert error.value.code == "pixels"
    # Most of it is the start of the child.
    assert time.monotonic() - start < 10


def test_a_declared_kind_that_is_another_is_refused(key: ContentKey) -> None:
    stored = write_file(key, [samples.png()], media_type=sniff.PDF)
    with pytest.raises(FileRefused):
        examine(stored)


def test_every_refusal_says_what_to_do() -> None:
    from vault.refusals import WORDS

    assert all(str(message) and str(next_step) for message, next_step in WORDS.values())
