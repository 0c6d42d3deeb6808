"""Photographs become one document, upright and without a trace of where they were taken."""

import io

import pikepdf
import pypdfium2
import pytest

from tests.vault import samples
from vault import sniff
from vault.exceptions import FileRefused
from vault.files import read_file, write_file
from vault.intake import examine
from vault.models import ContentKey, StoredFile
from vault.photos import merge_to_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def put(key: ContentKey, data: bytes) -> StoredFile:
    return write_file(key, [data], media_type=sniff.media_type(data[: sniff.HEAD_BYTES]))


def content(stored: StoredFile) -> bytes:
    return b"".join(read_file(stored))


def test_photographs_become_one_document_in_their_order(key: ContentKey) -> None:
    parts = [put(key, samples.jpeg(orientation=6)), put(key, samples.png()), put(key, samples.heic(200, 320))]
    merged = merge_to_pdf(parts)
    data = content(merged)
    assert (merged.media_type, merged.content_key_id, merged.scan_state) == (sniff.PDF, key.pk, "pending")
    with pypdfium2.PdfDocument(data) as document:
        sizes = [document.get_page_size(number) for number in range(len(document))]
        # Portrait for what is upright, landscape for what is wide.
        assert [width > height for width, height in sizes] == [False, True, False]
        first = document[0].render(scale=1).to_pil().convert("RGB")
    # Turned by the orientation the camera wrote: the white stroke of the sensor's top stands at the right.
    top, right = first.getpixel((300, 60)), first.getpixel((first.width - 40, 420))
    assert min(right) > 200  # type: ignore[type-var]
    assert min(top) < 100  # type: ignore[type-var]
    for part in parts:
        assert StoredFile.objects.filter(pk=part.pk).exists()


@pytest.mark.asvs("14.2.8")
def test_nothing_of_the_camera_is_left(key: ContentKey) -> None:
    data = content(merge_to_pdf([put(key, samples.jpeg()), put(key, samples.heic())]))
    with pikepdf.open(io.BytesIO(data)) as document:
        images = [thing for page in document.pages for thing in page.get_images().values()]
        assert len(images) == 2
        for image in images:
            pixels = image.read_raw_bytes()
            assert not any(secret in pixels for secret in (b"Exif", samples.GPS.encode(), b"PhoneMaker", b"taken"))
        assert dict(document.trailer.get("/Info", {})) == {}


def test_the_result_is_a_document_like_any_other(key: ContentKey) -> None:
    merged = merge_to_pdf([put(key, samples.jpeg())])
    examined = examine(merged)
    assert (examined.stored, examined.taken_out, examined.facts) == (merged, (), {"pages": 1})


def test_a_large_photograph_is_reduced(key: ContentKey) -> None:
    data = content(merge_to_pdf([put(key, samples.jpeg(6000, 4500, orientation=8))]))
    with pikepdf.open(io.BytesIO(data)) as document:
        (image,) = document.pages[0].get_images().values()
        assert (int(image.Width), int(image.Height)) == (1800, 2400)


def test_many_photographs(key: ContentKey) -> None:
    parts = [put(key, samples.jpeg(400, 300)) for _ in range(12)]
    with pikepdf.open(io.BytesIO(content(merge_to_pdf(parts)))) as document:
        assert len(document.pages) == 12


@pytest.mark.parametrize("what", ["none", "too many", "a pdf", "a cut photograph"])
def test_what_is_no_set_of_photographs_is_refused(key: ContentKey, what: str) -> None:
    photo = put(key, samples.jpeg())
    parts = {
        "none": [],
        "too many": [photo] * 61,
        "a pdf": [photo, put(key, samples.pdf())],
        "a cut photograph": [photo, put(key, samples.jpeg()[:-400])],
    }[what]
    before = StoredFile.objects.count()
    with pytest.raises(FileRefused):
        merge_to_pdf(parts)
    assert StoredFile.objects.count() == before
