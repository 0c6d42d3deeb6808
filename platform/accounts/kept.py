"""What somebody had written when his session ended: kept for him, encrypted, for a day; never sent without him."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from accounts.events import ACCOUNT_ROLE
from accounts.models.security import KeptPost
from accounts.models.users import User
from accounts.network import client_network
from audit import Actor, record
from clock import now
from vault.keys import create_key

LIFETIME = timedelta(hours=24)
# Bytes of a request that is read at all, and of what is kept of it.
MAX_REQUEST = 2 * 1024 * 1024
MAX_KEPT = 256 * 1024
MAX_PER_USER = 10
SAME_WRITING = timedelta(minutes=30)

# Whose value must never be kept, or means nothing in another session.
_NEVER = ("password", "otp", "token", "code", "csrf")


class _DropFiles(FileUploadHandler):
    """Takes no file: not a byte of one is stored, in clear or otherwise."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.dropped = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.dropped += 1
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def _passes_csrf(request: HttpRequest) -> bool:
    """Whether the form is ours; asked here too because uploading views judge that themselves."""
    check = CsrfViewMiddleware(lambda _request: None)  # type: ignore[arg-type]
    return check.process_view(request, lambda _request: None, (), {}) is None  # type: ignore[arg-type,return-value]


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else MAX_REQUEST + 1


def keep(request: HttpRequest, user: User) -> KeptPost | None:
    """Keep the form this request carries, for the user whose session has just ended.

    Args:
        request: a POST nobody has read yet, or only its fields.
        user: whose session it was.

    Returns:
        The row, or None when there is nothing to keep: no field, too large, not our form.
    """
    kind = request.content_type
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"} or _length(request) > MAX_REQUEST:
        return None
    files = _DropFiles(request)
    if kind == "multipart/form-data" and not hasattr(request, "_files"):
        request.upload_handlers = [files]
    try:
        if not _passes_csrf(request):
            return None
        posted, in_memory = request.POST, len(request.FILES)
    except (RawPostDataException, UnreadablePostError, MultiPartParserError, SuspiciousOperation):
        return None
    fields = [
        [name, value]
        for name, values in posted.lists()
        for value in values
        if not any(word in name.lower() for word in _NEVER)
    ]
    size = sum(len(name) + len(value) for name, value in fields)
    if not any(value.strip() for _name, value in fields) or size > MAX_KEPT:
        return None
    with transaction.atomic():
        owner = User.objects.select_for_update().get(pk=user.pk)
        if owner.content_key is None:
            owner.content_key = create_key("user")
            owner.save(update_fields=["content_key"])
        page = _page_of(request)
        mine = list(KeptPost.objects.filter(user=owner).select_related("content_key"))
        # What a page saves by itself and what is then sent from it is one thing: the later holds the earlier.
        again = {row.id for row in mine if row.created_at > now() - SAME_WRITING and row.page == page}
        rest = [row.id for row in mine if row.id not in again]
        KeptPost.objects.filter(id__in=again.union(rest[MAX_PER_USER - 1 :])).delete()
        kept = KeptPost.objects.create(
            user=owner,
            content_key=owner.content_key,
            page=page,
            path=request.get_full_path()[:1000],
            fields=fields,
            files_left_out=min(files.dropped or in_memory, 1000),
            expires_at=now() + LIFETIME,
        )
        actor = Actor(kind="user", id=owner.pk, role=ACCOUNT_ROLE, network=client_network(request))
        record("account.writing_kept", actor=actor, subjects={"user": [owner.pk]}, detail={"kept": str(kept.id)})
    return kept


def _page_of(request: HttpRequest) -> str:
    """The address of the page the form stood on, if it is one of ours; else where the form was sent."""
    parts = urlsplit(request.headers.get("Referer", ""))
    own = parts.netloc == request.get_host() and parts.path.startswith("/")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path[:1000] if own and leads_somewhere(path) else request.get_full_path()[:1000]


def kept_for(user: User) -> QuerySet[KeptPost]:
    """What is kept for this user and not too old, the latest first."""
    return KeptPost.objects.filter(user=user, expires_at__gt=now()).select_related("content_key")


def discard(user: User, kept_id: UUID) -> None:
    """Delete what was kept; quiet when it is gone already."""
    KeptPost.objects.filter(user=user, id=kept_id).delete()


def leads_somewhere(path: str) -> bool:
    """Whether a kept address still belongs to a page of ours, in whatever language one reads now."""
    bare = path.split("?")[0]
    try:
        with override(get_language_from_path(bare) or settings.LANGUAGE_CODE):
            resolve(bare)
    except Resolver404:
        return False
    return True


def forget_old() -> int:
    """Delete what nobody took up in time.

    Returns:
        Rows deleted.
    """
    return KeptPost.objects.filter(expires_at__lte=now()).delete()[0]
