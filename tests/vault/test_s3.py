"""Files in an S3 store: a server of S3 on this machine, whole files through it, and what happens when it is away."""

import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from clock import now, travel
from tests.vault import samples
from tests.vault.test_upload import END, field, file_part, request_of, token
from vault.exceptions import FileRefused, ObjectMissing, SealBroken, StoreUnavailable
from vault.files import FileWriter, open_file, read_file, write_file
from vault.models import ContentKey, StoredFile
from vault.reconcile import reconcile
from vault.stores import get_store
from vault.stores.s3 import PART_BYTES
from vault.upload import receive

pytestmark = pytest.mark.django_db
PREFIX = "clinic/"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    try:
        host, port = running.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        running.stop()


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    """An empty bucket that the vault writes to."""
    access = {
        "endpoint_url": server,
        "region_name": "eu-west-3",
        "aws_access_key_id": "nobody",
        "aws_secret_access_key": "nothing",
    }
    name = f"files-{uuid.uuid4().hex}"
    made = boto3.resource("s3", **access).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
    )
    settings.VAULT_STORE = "s3"
    settings.VAULT_S3 = {"bucket": name, "prefix": PREFIX, **access}
    return made


def kept(bucket: Any) -> dict[str, bytes]:
    return {found.key: found.get()["Body"].read() for found in bucket.objects.all()}


@pytest.mark.parametrize("size", [0, 1, 200_000, PART_BYTES, 2 * PART_BYTES + 12_345])
def test_a_file_of_any_size_comes_back_and_only_ciphertext_reaches_the_bucket(
    key: ContentKey, bucket: Any, settings: Any, size: int
) -> None:
    clear = (b"one two three " * (size // 14 + 1))[:size]
    stored = write_file(key, [clear[at : at + 300_000] for at in range(0, size, 300_000)], media_type="x/y")
    # Where a file lies is its own affair, whatever new ones use.
    settings.VAULT_STORE = "local"
    assert stored.store == "s3"
    assert b"".join(read_file(stored)) == clear
    (name, sealed), *more = kept(bucket).items()
    assert (name, more) == (PREFIX + stored.object_name, [])
    assert b"three" not in sealed


def test_any_part_is_read_and_a_parser_may_jump_about(key: ContentKey, bucket: Any) -> None:
    clear = os.urandom(3 * PART_BYTES)
    stored = write_file(key, [clear], media_type="x/y")
    for start, end in ((0, 1), (131_071, 131_073), (PART_BYTES - 7, PART_BYTES + 9), (len(clear) - 5, len(clear))):
        assert b"".join(read_file(stored, start, end)) == clear[start:end]
    with open_file(stored) as file:
        for at in (2 * PART_BYTES, 5, len(clear) - 3):
            file.seek(at)
            assert file.read(3) == clear[at : at + 3]


def test_what_is_gone_or_cut_is_said(key: ContentKey, bucket: Any) -> None:
    stored = write_file(key, [os.urandom(400_000)], media_type="x/y")
    found = bucket.Object(PREFIX + stored.object_name)
    whole = found.get()["Body"].read()
    for length in (0, 20, 131_000, len(whole) - 1):
        found.put(Body=whole[:length])
        with pytest.raises(SealBroken):
            b"".join(read_file(stored))
    found.delete()
    with pytest.raises(ObjectMissing):
        b"".join(read_file(stored))


def test_what_is_given_up_leaves_nothing_and_what_died_is_swept(key: ContentKey, bucket: Any) -> None:
    with FileWriter(key) as writer:
        writer.write(bytes(PART_BYTES + 1))
    assert list(bucket.multipart_uploads.all()) == []
    # As a process that died before it could end it.
    get_store().create("ab/" + "ab" * 16).write(bytes(2 * PART_BYTES))
    (unfinished,) = bucket.multipart_uploads.all()
    assert unfinished.key.startswith(PREFIX)
    with travel(now() + timedelta(hours=25)):
        assert reconcile().unfinished == 1
    assert list(bucket.multipart_uploads.all()) == []
    assert kept(bucket) == {}


@pytest.mark.django_db(transaction=True)
def test_objects_without_a_row_and_files_nobody_points_to_go(key: ContentKey, bucket: Any) -> None:
    stored = write_file(key, [b"kept"], media_type="x/y")
    for number in range(3):
        bucket.put_object(Key=f"{PREFIX}{number:02x}/{number:032x}", Body=b"")
    bucket.put_object(Key="somebody/else", Body=b"theirs")
    with travel(now() + timedelta(hours=25)):
        found = reconcile()
    assert (found.objects, found.rows) == (3, 1)
    assert set(kept(bucket)) == {"somebody/else"}
    assert not StoredFile.objects.filter(pk=stored.pk).exists()


def test_a_server_that_is_away_is_said_and_the_form_is_kept(key: ContentKey, bucket: Any, settings: Any) -> None:
    stored = write_file(key, [b"before"], media_type="x/y")
    settings.VAULT_S3 = {**settings.VAULT_S3, "endpoint_url": "http://127.0.0.1:9"}
    with pytest.raises(StoreUnavailable):
        b"".join(read_file(stored))
    request, _stream = request_of([token(), field("kind", "letter"), file_part(samples.pdf()), END])
    with pytest.raises(FileRefused) as refused:
        receive(request, key_for=lambda fields: key)
    assert (refused.value.code, refused.value.status) == ("away", 503)
    assert refused.value.form is not None and refused.value.form["kind"] == "letter"
    assert list(StoredFile.objects.all()) == [stored]
