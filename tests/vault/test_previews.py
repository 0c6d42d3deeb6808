"""Page images: drawn once, under the key of their source, and a recorded reason where they cannot be drawn."""

import io
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from PIL import Image

from errors import Conflict
from tests.vault import hostile, samples
from vault import previews, sniff
from vault.exceptions import KeyDestroyed
from vault.files import read_file, write_file
from vault.keys import destroy_key
from vault.models import ContentKey, Preview, PreviewPage, StoredFile
from vault.previews import forget_preview, page_images
from vault.reconcile import unowned
from vault.refusals import WORDS
from vault.scan import scan

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def checked(key: ContentKey, data: bytes, media_type: str = "") -> StoredFile:
    stored = write_file(key, [data], media_type=media_type or sniff.media_type(data[: sniff.HEAD_BYTES]))
    assert scan(stored).state == "clean"
    return stored


def as_if_checked(key: ContentKey, data: bytes, media_type: str) -> StoredFile:
    """A file the scanner let pass and the examination never saw."""
    stored = write_file(key, [data], media_type=media_type)
    stored.scan_state, stored.scanned_at = StoredFile.Scan.CLEAN, stored.created_at
    stored.save()
    return stored


def opened(stored: StoredFile) -> Image.Image:
    return Image.open(io.BytesIO(b"".join(read_file(stored)))).convert("RGB")


def state(stored: StoredFile) -> tuple[str, str, int]:
    preview = Preview.objects.get(source=stored)
    return preview.state, preview.reason, preview.page_count


def test_each_page_of_a_pdf_becomes_an_image_under_the_same_key(key: ContentKey) -> None:
    stored = checked(key, samples.pdf(3))
    pages = page_images(stored)
    assert [page.content_key_id for page in pages] == [key.pk] * 3
    assert state(stored) == ("ready", "", 3)
    for page in pages:
        image = opened(page)
        assert (image.width, page.media_type, page.is_clean) == (1000, "image/webp", True)
        # The line of text is there: dark on white.
        assert image.getpixel((999, 5)) == (255, 255, 255)
        assert min(image.convert("L").tobytes()) < 60
    assert [(p.number, p.width) for p in PreviewPage.objects.filter(preview=stored.pk)] == [
        (1, 1000),
        (2, 1000),
        (3, 1000),
    ]


def test_a_photograph_is_upright_narrow_and_without_metadata(key: ContentKey) -> None:
    (page,) = page_images(checked(key, samples.jpeg(3000, 2000, orientation=6)))
    image = opened(page)
    assert image.size == (1000, 1500)
    # What was at the top of the sensor is now at the right: the camera was held upright.
    red, green, blue = image.getpixel((980, 700))  # type: ignore[misc]
    assert min(red, green, blue) > 200
    assert samples.GPS.encode() not in b"".join(read_file(page))


@pytest.mark.parametrize("make", [samples.png, samples.heic])
def test_other_pictures_too(key: ContentKey, make: Any) -> None:
    (page,) = page_images(checked(key, make()))
    assert opened(page).size == (320, 200)


def test_a_dicom_image_is_windowed_to_eight_bits(key: ContentKey) -> None:
    (page,) = page_images(checked(key, samples.dicom(64, 48)))
    image = opened(page).convert("L")
    row = [image.getpixel((x, 30)) for x in range(48)]
    assert row == sorted(row)
    assert row[0] < 10
    assert row[-1] > 220
    assert page.media_type == "image/png"


def bundled(name: str) -> bytes:
    """A DICOM file that comes with pydicom."""
    import pydicom.data

    return Path(pydicom.data.get_testdata_file(name, download=False)).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "JPEG2000.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "examples_ybr_color.dcm",
        "image_dfl.dcm",
        "MR_small_bigendian.dcm",
    ],
)
def test_each_compression_is_drawn_by_a_child_that_can_load_nothing_more(key: ContentKey, name: str) -> None:
    stored = as_if_checked(key, bundled(name), sniff.DICOM)
    assert page_images(stored)
    assert state(stored)[0] == "ready"


def test_the_compression_no_free_decoder_reads_is_said(key: ContentKey) -> None:
    stored = as_if_checked(key, bundled("JPGExtended.dcm"), sniff.DICOM)
    assert page_images(stored) == []
    assert state(stored)[:2] == ("failed", "syntax")


def test_a_film_is_drawn_in_a_few_frames(key: ContentKey) -> None:
    stored = checked(key, samples.dicom(16, 16, frames=60))
    assert len(page_images(stored)) == 12
    assert state(stored) == ("ready", "", 60)


def test_an_archive_is_drawn_in_a_few_images(key: ContentKey) -> None:
    stored = checked(key, samples.zip_of_dicom(20))
    pages = page_images(stored)
    assert len(pages) == 12
    assert state(stored) == ("ready", "", 20)


def test_no_more_pages_than_the_setting(key: ContentKey, settings: Any) -> None:
    settings.VAULT_PREVIEW_MAX_PAGES = 2
    settings.VAULT_PREVIEW_WIDTH = 300
    stored = checked(key, samples.pdf(5))
    pages = page_images(stored)
    assert [opened(page).width for page in pages] == [300, 300]
    assert state(stored) == ("ready", "", 5)


def test_the_second_call_draws_nothing(key: ContentKey) -> None:
    stored = checked(key, samples.pdf())
    first = page_images(stored)
    with mock.patch.object(previews, "Child", side_effect=AssertionError):
        assert page_images(stored) == first


def test_two_at_the_same_time_keep_one_set(key: ContentKey) -> None:
    """The other one finishes while this one draws."""
    stored = checked(key, samples.pdf())
    real = previews._pictures

    def slow(source: StoredFile) -> Any:
        yield from real(source)
        with mock.patch.object(previews, "_pictures", real):
            page_images(stored)

    with mock.patch.object(previews, "_pictures", slow):
        pages = page_images(stored)
    assert len(pages) == 2
    assert PreviewPage.objects.count() == 2
    assert set(unowned()) == set()


@pytest.mark.asvs("5.4.3")
def test_an_unchecked_or_infected_file_is_not_drawn(key: ContentKey) -> None:
    stored = write_file(key, [samples.pdf()], media_type=sniff.PDF)
    with pytest.raises(Conflict):
        page_images(stored)
    bad = write_file(key, [hostile.eicar_files()["pdf"]], media_type=sniff.PDF)
    scan(bad)
    with pytest.raises(Conflict):
        page_images(bad)
    assert not Preview.objects.exists()


FAILURES = {
    "cut pdf": (samples.pdf()[:60], sniff.PDF, "unreadable"),
    "password": (hostile.password_pdf(), sniff.PDF, "unreadable"),
    "pixel flood": (hostile.pixel_flood_png(), sniff.PNG, "pixels"),
    "cut jpeg": (samples.jpeg()[:-400], sniff.JPEG, "unreadable"),
    "endless dicom": (hostile.endless_dicom(), sniff.DICOM, "too_heavy"),
    "zip bomb": (hostile.zip_bomb(), sniff.ZIP, "zip_size"),
    "lying zip": (hostile.lying_zip(), sniff.ZIP, "unreadable"),
    "deep pdf": (hostile.deep_pdf(), sniff.PDF, "unreadable"),
    "page loop": (hostile.page_loop_pdf(), sniff.PDF, "unreadable"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_cannot_be_drawn_is_a_recorded_state_and_no_crash(key: ContentKey, name: str) -> None:
    data, media_type, reason = FAILURES[name]
    stored = as_if_checked(key, data, media_type)
    assert page_images(stored) == []
    assert state(stored)[:2] == ("failed", reason)
    assert reason in WORDS
    assert page_images(stored) == []


def test_a_page_that_inflates_to_gigabytes_ends_with_the_child(key: ContentKey) -> None:
    stored = checked(key, hostile.flate_bomb_pdf(), sniff.PDF)
    assert stored.size < 100_000
    assert page_images(stored) == []
    assert state(stored)[0] == "failed"


def test_a_dicom_without_image_says_so(key: ContentKey) -> None:
    import pydicom

    dataset = pydicom.dcmread(io.BytesIO(samples.dicom()))
    del dataset.PixelData, dataset.Rows, dataset.Columns
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    stored = checked(key, buffer.getvalue())
    assert page_images(stored) == []
    assert state(stored)[:2] == ("failed", "no_pixels")


def test_what_was_drawn_before_the_time_was_up_is_kept(key: ContentKey, settings: Any) -> None:
    stored = checked(key, samples.pdf(30))
    with mock.patch("vault.previews.Child", lambda *args, **kwargs: _Slow(*args, **kwargs)):
        pages = page_images(stored)
    assert len(pages) == 2
    assert state(stored) == ("ready", "too_long", 30)


class _Slow(previews.Child):
    """A child whose time is up after two pages."""

    def frames(self) -> Any:
        from vault.refusals import refusal

        given = super().frames()
        yield next(given)
        yield next(given)
        given.close()  # type: ignore[attr-defined]
        raise refusal("too_long")


def test_destroying_the_key_destroys_the_page_images(key: ContentKey) -> None:
    stored = checked(key, samples.pdf())
    page_images(stored)
    destroy_key(key)
    for page in page_images(stored):
        with pytest.raises(KeyDestroyed):
            read_file(page)


def test_forgetting_removes_rows_and_objects(
    key: ContentKey, own_vault: Path, django_capture_on_commit_callbacks: Any
) -> None:
    stored = checked(key, samples.pdf())
    page_images(stored)
    with django_capture_on_commit_callbacks(execute=True):
        forget_preview(stored)
    assert [found.name for found in own_vault.rglob("*") if found.is_file()] == [stored.pk.hex]
    assert len(page_images(stored)) == 2
