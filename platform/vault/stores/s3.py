"""Objects in a bucket of any S3: parts of 8 MiB, each kept in memory until the server has it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from vault.exceptions import ObjectMissing, StoreUnavailable
from vault.stores.base import ObjectWriter, StoredObject

PART_BYTES = 8 * 1024 * 1024


@contextmanager
def _answering() -> Iterator[None]:
    """Says in our words that the server does not answer, or refuses."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable from error


class S3Store:
    """A bucket.

    Args:
        client: a boto3 S3 client.
        bucket: its name.
        prefix: what every name begins with, ending in `/`, or nothing.
    """

    name = "s3"

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    @classmethod
    def from_settings(cls, options: Mapping[str, Any]) -> "S3Store":
        """Make the store from `VAULT_S3`: `bucket`, `prefix`, the rest for boto3; credentials from its usual chain."""
        import boto3
        from botocore.config import Config

        rest = {name: value for name, value in options.items() if name not in ("bucket", "prefix")}
        # Older servers know no checksum trailers; every chunk is authenticated anyway.
        config = Config(
            retries={"max_attempts": 5, "mode": "standard"},
            # Seconds: a person waits for a server that is down, a worker for a long part.
            connect_timeout=5,
            read_timeout=60,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return cls(boto3.client("s3", config=config, **rest), options["bucket"], options.get("prefix", ""))

    def create(self, name: str) -> ObjectWriter:
        """Begin an object."""
        return _Writer(self._client, {"Bucket": self._bucket, "Key": self._prefix + name})

    def read(self, name: str, start: int, length: int) -> "_Reader":
        """Read a part of an object with one ranged request."""
        with _answering():
            try:
                answer = self._client.get_object(
                    Bucket=self._bucket, Key=self._prefix + name, Range=f"bytes={start}-{start + length - 1}"
                )
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                if code in ("NoSuchKey", "404"):
                    raise ObjectMissing from error
                if code in ("InvalidRange", "416"):
                    # Shorter than its row says: the caller sees the length and refuses it.
                    head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + name)
                    return _Reader(None, int(head["ContentLength"]))
                raise
        total = int(str(answer["ContentRange"]).rpartition("/")[2])
        return _Reader(answer["Body"], total)

    def delete(self, name: str) -> None:
        """Remove an object."""
        with _answering():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def objects(self) -> Iterator[StoredObject]:
        """Every object."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix):
            for entry in page.get("Contents", ()):
                yield StoredObject(entry["Key"].removeprefix(self._prefix), entry["LastModified"])

    def sweep(self, before: datetime) -> int:
        """End the multipart uploads that dead writers left."""
        count = 0
        pages = self._client.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            for upload in page.get("Uploads", ()):
                if upload["Initiated"] < before:
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    count += 1
        return count


class _Writer:
    def __init__(self, client: Any, target: dict[str, str]) -> None:
        self._client = client
        self._target = target
        self._buffer = bytearray()
        self._upload = ""
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= PART_BYTES:
            self._send(bytes(self._buffer[:PART_BYTES]))
            del self._buffer[:PART_BYTES]

    def _send(self, part: bytes) -> None:
        with _answering():
            if not self._upload:
                self._upload = self._client.create_multipart_upload(**self._target)["UploadId"]
            number = len(self._parts) + 1
            answer = self._client.upload_part(**self._target, UploadId=self._upload, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def commit(self) -> None:
        if not self._upload:
            with _answering():
                self._client.put_object(**self._target, Body=bytes(self._buffer))
            return
        if self._buffer:
            self._send(bytes(self._buffer))
        with _answering():
            self._client.complete_multipart_upload(
                **self._target, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
            )
        self._upload = ""

    def abort(self) -> None:
        self._buffer.clear()
        if self._upload:
            upload, self._upload = self._upload, ""
            # Where the server does not answer, `sweep` ends it another day.
            with suppress(BotoCoreError, ClientError):
                self._client.abort_multipart_upload(**self._target, UploadId=upload)


class _Reader:
    def __init__(self, body: Any, total: int) -> None:
        self._body = body
        self.total = total

    def read(self, size: int) -> bytes:
        with _answering():
            return bytes(self._body.read(size)) if self._body is not None else b""

    def close(self) -> None:
        if self._body is not None:
            self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
