"""Why a file is not accepted, and what to do about it, in words for the person who sent it."""

from django.utils.translation import gettext_lazy as _

from errors import Text
from vault.exceptions import FileRefused

_ASK = _("Ask the hospital or the practice for a new copy, or add a photo of each page.")

# What happened, and what to do.
WORDS: dict[str, tuple[Text, Text]] = {
    "empty": (_("This file is empty."), _("Choose the file again; it may not have been saved.")),
    "type": (
        _("This kind of file cannot be added."),
        _("Add a PDF, a photo (JPEG, PNG, HEIC), a DICOM image, or a ZIP archive of DICOM images."),
    ),
    "office": (
        _("Word, Excel and other office files cannot be added."),
        _("Open the document, save it as PDF, and add the PDF."),
    ),
    "picture": (
        _("This kind of picture cannot be added."),
        _("Save the picture as JPEG or PNG, or take a photo of the page, and add that."),
    ),
    "program": (
        _("This file contains a program or a web page hidden inside it. It was not kept."),
        _("Do not open it on your computer. Ask the person who gave it to you for a new copy."),
    ),
    "unreadable": (_("This file is damaged or incomplete: it cannot be read."), _ASK),
    "too_heavy": (_("This file asks for too much memory to be opened safely."), _ASK),
    "too_long": (_("This file takes too long to be opened safely."), _ASK),
    "pixels": (
        _("This picture has too many pixels to be opened safely."),
        _("Take the photo again with a lower resolution, or save it smaller, and add that."),
    ),
    "image_bytes": (
        _("This picture is larger than 100 MB."),
        _("Save it as JPEG, or take a photo of the page, and add that."),
    ),
    "pdf_password": (
        _("This PDF is protected by a password, so nobody could read it."),
        _("Open it with its password, print it to a new PDF without a password, and add that one."),
    ),
    "pdf_pages": (_("This PDF has more than 3,000 pages."), _("Split it into several documents and add each.")),
    "pdf_active": (
        _("This PDF contains a program that cannot be taken out."),
        _("Print it to a new PDF, or add a photo of each page."),
    ),
    "dicom_directory": (
        _("This file is only the table of contents of a disc: the images are not in it."),
        _("Make a ZIP archive of the whole image folder of the disc and add that."),
    ),
    "no_pixels": (_("This file contains no image to show."), _("The original can be opened with a DICOM viewer.")),
    "syntax": (
        _("The images of this file are compressed in a way that cannot be shown here."),
        _("The original can be opened with a DICOM viewer."),
    ),
    "zip_entries": (
        _("This archive contains more than 5,000 files."),
        _("Make one archive for each examination and add them one by one."),
    ),
    "zip_size": (
        _("This archive would unpack to far too much data."),
        _("Make a new archive with the folder of the images only, and add that."),
    ),
    "zip_names": (
        _("This archive contains files with names that are not allowed."),
        _("Make a new archive with the folder of the images only, and add that."),
    ),
    "zip_link": (
        _("This archive contains links instead of files."),
        _("Make a new archive with the image files themselves, and add that."),
    ),
    "zip_password": (
        _("This archive is protected by a password, so nobody could read it."),
        _("Make a new archive without a password and add that one."),
    ),
    "zip_nested": (
        _("This archive contains another archive."),
        _("Unpack the inner archive first, then make one archive of the images and add that."),
    ),
    "zip_other": (
        _("This archive contains other files than DICOM images, such as a viewer program."),
        _("Make an archive of the image folder only (often named DICOM or IMAGES) and add documents one by one."),
    ),
    "zip_empty": (
        _("This archive contains no DICOM image."),
        _("Check that you chose the right folder, and try again."),
    ),
    "infected": (
        _("The malware check found a dangerous file. It was not kept."),
        _("Do not open it on your computer. Ask the person who gave it to you for a new copy."),
    ),
    "cut": (
        _("The upload was interrupted: nothing of this file was kept."),
        _("Check your connection and add the file again. What you typed is still there."),
    ),
    "full": (
        _("There is no room left to store this file: nothing of it was kept."),
        _("Please try again later, or tell the service."),
    ),
    "away": (
        _("The storage of files does not answer for the moment: nothing of this file was kept."),
        _("Please try again in a few minutes. What you typed is still there."),
    ),
    "no_file": (_("No file was received."), _("Choose a file and send it again.")),
}


def refusal(code: str, *, detail: str = "", status: int | None = None) -> FileRefused:
    """The error for a code; an unknown one says that the file cannot be read.

    Args:
        code: a key of `WORDS`.
        detail: for the operator's log: the name of the parser's error.
        status: HTTP status, 422 unless given.
    """
    message, next_step = WORDS.get(code, WORDS["unreadable"])
    return FileRefused(code, message, next_step, detail=detail, status=status)


def too_large(limit: int) -> FileRefused:
    """The error for a file beyond the limit (413).

    Args:
        limit: in bytes.
    """
    return FileRefused(
        "too_large",
        _("This file is larger than %(limit)s MB. Nothing of it was kept.") % {"limit": limit // (1024 * 1024)},
        _("Split it into several files, or ask the service for another way to send it."),
        status=413,
    )


def too_many(limit: int) -> FileRefused:
    """The error for too many files in one form (413)."""
    return FileRefused(
        "too_many",
        _("More than %(limit)s files were sent at once.") % {"limit": limit},
        _("Send them in several steps."),
        status=413,
    )
