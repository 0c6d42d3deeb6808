"""What the S3 store asks, request by request, checked by botocore's own model of S3; `test_s3.py` has a server."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from vault.exceptions import ObjectMissing
from vault.stores import get_store
from vault.stores.s3 import PART_BYTES, S3Store

NAME = "ab/" + "ab" * 16
AT = {"Bucket": "files", "Key": "p/" + NAME}


@pytest.fixture
def s3() -> Iterator[tuple[S3Store, Stubber]]:
    client = boto3.client("s3", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        yield S3Store(client, "files", "p/"), stubber
        stubber.assert_no_pending_responses()


def test_a_small_object_is_one_request(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_response("put_object", {}, {**AT, "Body": b"abc"})
    writer = store.create(NAME)
    writer.write(b"a")
    writer.write(b"bc")
    writer.commit()


def test_a_large_object_goes_in_parts(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_response("create_multipart_upload", {"UploadId": "u"}, AT)
    for number, size in ((1, PART_BYTES), (2, PART_BYTES), (3, 5)):
        body = bytes([number]) * size
        stubber.add_response(
            "upload_part", {"ETag": f"e{number}"}, {**AT, "UploadId": "u", "PartNumber": number, "Body": body}
        )
    parts = [{"PartNumber": number, "ETag": f"e{number}"} for number in (1, 2, 3)]
    stubber.add_response("complete_multipart_upload", {}, {**AT, "UploadId": "u", "MultipartUpload": {"Parts": parts}})
    writer = store.create(NAME)
    writer.write(b"\1" * PART_BYTES + b"\2" * 100)
    writer.write(b"\2" * (PART_BYTES - 100) + b"\3" * 5)
    writer.commit()


def test_an_aborted_upload_is_ended_on_the_server(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_response("create_multipart_upload", {"UploadId": "u"}, AT)
    stubber.add_response("upload_part", {"ETag": "e"}, {**AT, "UploadId": "u", "PartNumber": 1, "Body": ANY})
    stubber.add_response("abort_multipart_upload", {}, {**AT, "UploadId": "u"})
    writer = store.create(NAME)
    writer.write(bytes(PART_BYTES))
    writer.abort()
    writer.abort()


def test_an_abort_before_the_first_part_asks_nothing(s3: tuple[S3Store, Stubber]) -> None:
    writer = s3[0].create(NAME)
    writer.write(b"abc")
    writer.abort()


def test_reading_asks_for_the_range_only(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    body = StreamingBody(io.BytesIO(b"cde"), 3)
    stubber.add_response("get_object", {"Body": body, "ContentRange": "bytes 2-4/9"}, {**AT, "Range": "bytes=2-4"})
    with store.read(NAME, 2, 3) as reader:
        assert (reader.total, reader.read(10)) == (9, b"cde")


def test_a_missing_object_is_said(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    with pytest.raises(ObjectMissing):
        store.read(NAME, 0, 10)


def test_a_range_beyond_the_end_gives_the_real_length(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_client_error("get_object", "InvalidRange", http_status_code=416)
    stubber.add_response("head_object", {"ContentLength": 5}, AT)
    with store.read(NAME, 9, 3) as reader:
        assert (reader.total, reader.read(3)) == (5, b"")


def test_objects_and_unfinished_uploads_are_listed_and_old_ones_ended(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    stubber.add_response(
        "list_objects_v2",
        {"Contents": [{"Key": "p/" + NAME, "LastModified": old}]},
        {"Bucket": "files", "Prefix": "p/"},
    )
    assert [(found.name, found.written_at) for found in store.objects()] == [(NAME, old)]
    uploads = [{"Key": "p/x", "UploadId": "1", "Initiated": old}, {"Key": "p/y", "UploadId": "2", "Initiated": new}]
    stubber.add_response("list_multipart_uploads", {"Uploads": uploads}, {"Bucket": "files", "Prefix": "p/"})
    stubber.add_response("abort_multipart_upload", {}, {"Bucket": "files", "Key": "p/x", "UploadId": "1"})
    assert store.sweep(new - timedelta(days=1)) == 1


def test_deleting(s3: tuple[S3Store, Stubber]) -> None:
    store, stubber = s3
    stubber.add_response("delete_object", {}, AT)
    store.delete(NAME)


def test_the_store_is_made_of_the_settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Any] = {}
    monkeypatch.setattr("boto3.client", lambda name, **options: made.update(options) or object())
    settings.VAULT_STORE = "s3"
    settings.VAULT_S3 = {"bucket": "files", "prefix": "p/", "endpoint_url": "https://s3.example", "region_name": None}
    assert get_store().name == "s3"
    assert made["endpoint_url"] == "https://s3.example"
    assert "bucket" not in made
    settings.VAULT_STORE = "tape"
    with pytest.raises(ValueError, match="tape"):
        get_store()
