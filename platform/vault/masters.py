"""Master keys: read from one file, never stored in the database. The first wraps, all unwrap.

The file is either lines `id,key` (`#` starts a comment) or a JSON list of `{"id": …, "key": …}`; a key is 32 bytes in
base64. It is read again when it changes, so that a rotation needs no restart.
"""

import base64
import binascii
import json
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clock import now
from vault import conf
from vault.exceptions import MasterKeyMissing, SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True)
class Keyring:
    """The master keys in the order of the file.

    Args:
        keys: 32 bytes by id; the first wraps.
    """

    keys: dict[str, bytes] = field(repr=False)

    @property
    def first(self) -> str:
        """Id of the key that wraps."""
        return next(iter(self.keys))

    def wrap(self, clear: bytes, context: str) -> tuple[str, bytes]:
        """Encrypt a key with the first master key.

        Args:
            clear: what to wrap.
            context: what it is for; the same text is needed to unwrap, with the same master key.

        Returns:
            The id of the master key, and version, nonce and ciphertext in one.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.first]).encrypt(nonce, clear, _aad(context, self.first))
        return self.first, _VERSION + nonce + sealed

    def unwrap(self, master_id: str, wrapped: bytes, context: str) -> bytes:
        """Decrypt what `wrap` made.

        Raises:
            MasterKeyMissing: the file has no key of that id.
            SealBroken: other bytes, another context or another key under that id.
        """
        key = self.keys.get(master_id)
        if key is None:
            raise MasterKeyMissing(f"MASTER_KEYS_FILE has no key {master_id!r}, which wraps content of this database.")
        if wrapped[:1] != _VERSION:
            raise SealBroken("unknown version of a wrapped key")
        nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, sealed, _aad(context, master_id))
        except (InvalidTag, ValueError) as error:
            raise SealBroken("a wrapped key does not open") from error


def _aad(context: str, master_id: str) -> bytes:
    return f"vault.wrap|1|{context}|{master_id}".encode()


_loaded: tuple[tuple[str, int, int, int], Keyring] | None = None


def keyring() -> Keyring:
    """The master keys of this instance.

    Raises:
        MasterKeyMissing: the named file is not there, is open to others, or holds no usable key.
    """
    global _loaded
    path, named = conf.master_keys_file()
    if not named and not path.exists():
        make_master_key(path)
    try:
        found = path.stat()
    except OSError as error:
        raise MasterKeyMissing(f"MASTER_KEYS_FILE {path} cannot be read: {error.strerror}.") from error
    seen = (str(path), found.st_ino, found.st_mtime_ns, found.st_size)
    if _loaded is None or _loaded[0] != seen:
        if found.st_mode & stat.S_IRWXO:
            raise MasterKeyMissing(f"MASTER_KEYS_FILE {path} is open to every user of this machine; chmod 600 it.")
        _loaded = (seen, parse(path.read_text(encoding="utf-8")))
    return _loaded[1]


def parse(text: str) -> Keyring:
    """Read the text of a master key file.

    Raises:
        MasterKeyMissing: no key, a double id, or a key that is not 32 bytes of base64. The text is never quoted.
    """
    if text.lstrip().startswith("["):
        try:
            pairs = [(str(entry["id"]), str(entry["key"])) for entry in json.loads(text)]
        except (ValueError, KeyError, TypeError) as error:
            raise MasterKeyMissing("MASTER_KEYS_FILE is not a JSON list of id and key.") from error
    else:
        lines = [line.strip() for line in text.splitlines()]
        pairs = []
        for line in lines:
            if line and not line.startswith("#"):
                name, _, key = line.partition(",")
                pairs.append((name.strip(), key.strip()))
    keys: dict[str, bytes] = {}
    for name, key in pairs:
        if not _ID.fullmatch(name) or name in keys:
            raise MasterKeyMissing("MASTER_KEYS_FILE: each key needs an id of its own (letters, digits, . _ -).")
        try:
            clear = base64.b64decode(key, validate=True)
        except binascii.Error as error:
            raise MasterKeyMissing(f"MASTER_KEYS_FILE: key {name} is not base64.") from error
        if len(clear) != KEY_BYTES:
            raise MasterKeyMissing(f"MASTER_KEYS_FILE: key {name} has {len(clear)} bytes instead of {KEY_BYTES}.")
        keys[name] = clear
    if not keys:
        raise MasterKeyMissing("MASTER_KEYS_FILE holds no key.")
    return Keyring(keys)


def make_master_key(path: Path, *, in_front: bool = False) -> str:
    """Make a random master key and write it to `path` (mode 0600, written beside and put in place at once).

    Args:
        path: the master key file.
        in_front: the file exists; the new key goes before the others, so that it wraps from now on.

    Returns:
        The id of the key that wraps now: the one made, or the first of a file another process made meanwhile.

    Raises:
        MasterKeyMissing: the file exists and `in_front` was not asked, or it is not there and was.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = f"m{now():%Y%m%d%H%M%S}{secrets.token_hex(2)}"
    line = f"{made},{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"
    if in_front:
        if not path.exists():
            raise MasterKeyMissing(f"{path} does not exist.")
        before = parse(path.read_text(encoding="utf-8"))
        line += "".join(f"{name},{base64.b64encode(key).decode()}\n" for name, key in before.keys.items())
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if in_front:
            beside.replace(path)
        else:
            # A link refuses an existing name, where a rename would replace the only copy of a key.
            try:
                os.link(beside, path)
            except FileExistsError:
                return parse(path.read_text(encoding="utf-8")).first
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return made


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
