"""The format of an encrypted file, version 1.

    head    4 bytes `SRF1` · 1 byte log2 of the chunk size · 32 bytes random salt
    chunks  AES-256-GCM of 128 KiB each, the last one shorter or full; an empty file has one empty chunk

The key is drawn by HKDF from the content key with the salt and the id of the file, so it is used once. The nonce of a
chunk is 7 zero bytes, its number in 4 bytes and 1 byte that is 1 on the last (the STREAM construction); its associated
data are the head and the id. So a chunk that was altered, moved, left out, repeated, or taken from another file does
not open, and neither does a file that was cut after any chunk. Parts can be read without reading what precedes them.
"""

import secrets
import uuid
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.digest import DigestAside
from vault.exceptions import SealBroken
from vault.models import ContentKey
from vault.stores import ObjectReader, ObjectWriter

MAGIC = b"SRF1"
SALT_BYTES = 32
HEAD_BYTES = len(MAGIC) + 1 + SALT_BYTES
TAG_BYTES = 16
CHUNK_LOG2 = 17
CHUNK_BYTES = 1 << CHUNK_LOG2
MAX_CHUNKS = 1 << 32


def chunk_count(size: int, chunk: int = CHUNK_BYTES) -> int:
    """How many chunks a file of that many clear bytes has."""
    return max(1, -(-size // chunk))


def object_size(size: int, chunk: int = CHUNK_BYTES) -> int:
    """How many bytes the encrypted file has."""
    return HEAD_BYTES + size + TAG_BYTES * chunk_count(size, chunk)


def _nonce(number: int, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


class Encryptor:
    """Encrypts as it receives, holding less than two chunks.

    Args:
        key: the content key.
        file_id: id of the file's row.
        target: where the object goes.
    """

    def __init__(self, key: ContentKey, file_id: uuid.UUID, target: ObjectWriter) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        head = MAGIC + bytes([CHUNK_LOG2]) + salt
        self._cipher = AESGCM(key.file_key(salt, file_id))
        self._aad = head + file_id.bytes
        self._target = target
        self._buffer = bytearray()
        self._number = 0
        self._digest = DigestAside()
        self.size = 0
        target.write(head)

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the clear bytes so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes | memoryview) -> None:
        """Take clear bytes, which must not change afterwards. A full chunk waits: it may be the last."""
        self.size += len(data)
        self._digest.update(data)
        view = memoryview(data)
        while len(self._buffer) + len(view) > CHUNK_BYTES:
            missing = CHUNK_BYTES - len(self._buffer)
            if self._buffer:
                self._buffer += view[:missing]
                self._seal(self._buffer, last=False)
                self._buffer = bytearray()
            else:
                self._seal(view[:missing], last=False)
            view = view[missing:]
        self._buffer += view

    def finish(self) -> None:
        """Write the last chunk. The caller commits the target."""
        self._seal(self._buffer, last=True)
        self._buffer = bytearray()

    def drop(self) -> None:
        """End what goes on aside, when the file is given up."""
        self._digest.drop()

    def _seal(self, data: bytes | bytearray | memoryview, *, last: bool) -> None:
        if self._number >= MAX_CHUNKS:
            raise ValueError("a file of this format has at most 2^32 chunks")
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), data, self._aad))
        self._number += 1


class Decryptor:
    """Opens chunks of one file.

    Args:
        head: its first `HEAD_BYTES` bytes.
        key: the content key.
        file_id: id of the file's row.
        size: clear bytes of the file, as its row says; a wrong one opens nothing.

    Raises:
        SealBroken: not a head of this format.
    """

    def __init__(self, head: bytes, key: ContentKey, file_id: uuid.UUID, size: int) -> None:
        if len(head) != HEAD_BYTES or head[:4] != MAGIC or not 16 <= head[4] <= 18:
            raise SealBroken("not a file of the vault")
        self._cipher = AESGCM(key.file_key(head[5:], file_id))
        self._aad = head + file_id.bytes
        self.chunk = 1 << head[4]
        self.size = size
        self._end = chunk_count(size, self.chunk) - 1

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the chunks `first` to `last` lie in the object: offset and length, in bytes."""
        sealed = self.chunk + TAG_BYTES
        return HEAD_BYTES + first * sealed, (last - first + 1) * sealed

    def chunks(self, reader: ObjectReader, first: int, last: int) -> Iterator[bytes]:
        """Decrypt chunks, each checked before it is given out.

        Args:
            reader: stands at the start of chunk `first`.
            first: number of the first chunk wanted.
            last: number of the last chunk wanted.

        Raises:
            SealBroken: altered, cut, moved, or of another file.
        """
        for number in range(first, last + 1):
            is_end = number == self._end
            wanted = (self.size - number * self.chunk if is_end else self.chunk) + TAG_BYTES
            data = _read_exactly(reader, wanted)
            try:
                yield self._cipher.decrypt(_nonce(number, is_end), data, self._aad)
            except InvalidTag as error:
                raise SealBroken(f"chunk {number} of a file does not open") from error


def _read_exactly(reader: ObjectReader, size: int) -> bytes:
    data = reader.read(size)
    while len(data) < size:
        more = reader.read(size - len(data))
        if not more:
            raise SealBroken("a file is shorter than it should be")
        data += more
    return data
