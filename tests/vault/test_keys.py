"""Content keys and master keys: wrapping, rotation, destruction, and the canary that stops a start with wrong keys."""

import base64
import copy
import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from vault import checks, keys, masters
from vault.exceptions import KeyDestroyed, MasterKeyMissing, SealBroken
from vault.files import read_file, write_file
from vault.keys import check_canary, create_key, destroy_key, ensure_canary, rotate_master
from vault.models import ContentKey, MasterKeyCanary

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_canary")]


def keys_file(settings: Any) -> Path:
    return Path(settings.MASTER_KEYS_FILE)


def add_master(settings: Any) -> str:
    return masters.make_master_key(keys_file(settings), in_front=True)


# --- the file of master keys
def test_the_key_file_is_private_and_never_replaced(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "new" / "master"
    first = masters.make_master_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert masters.make_master_key(path) == first
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["master"]


def test_a_file_open_to_everyone_is_refused(settings: Any) -> None:
    keys_file(settings).chmod(0o604)
    with pytest.raises(MasterKeyMissing, match="chmod"):
        masters.keyring()


def test_json_and_lines_are_read_alike() -> None:
    one, two = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    lines = masters.parse(f"# keys of 2026\n\na,{one}\nb , {two}\n")
    listed = masters.parse(json.dumps([{"id": "a", "key": one}, {"id": "b", "key": two}]))
    assert lines.keys == listed.keys
    assert lines.first == "a"


@pytest.mark.parametrize(
    "text",
    ["", "# nothing", "a", "a,short", f"a,{base64.b64encode(bytes(31)).decode()}", "[]", "[1]", "[{", "a b,AAAA"]
    + [f"a,{base64.b64encode(bytes(32)).decode()}\n" * 2],
)
def test_a_broken_key_file_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(MasterKeyMissing) as refused:
        masters.parse(text)
    assert "AAAA" not in str(refused.value)


def test_a_missing_named_file_is_refused(settings: Any) -> None:
    keys_file(settings).unlink()
    with pytest.raises(MasterKeyMissing):
        masters.keyring()
    assert not keys_file(settings).exists()


def test_without_a_name_the_key_is_made_once(settings: Any, tmp_path: Path) -> None:
    settings.MASTER_KEYS_FILE = ""
    settings.VAR_DIR = tmp_path / "var"
    made = masters.keyring()
    assert (tmp_path / "var" / "keys" / "master").stat().st_mode & 0o777 == 0o600
    assert masters.keyring() is made


def test_the_keyring_never_shows_keys() -> None:
    ring = masters.keyring()
    assert repr(next(iter(ring.keys.values()))) not in repr(ring)


# --- content keys
def test_a_wrapped_key_opens_for_its_own_row_and_purpose_only(key: ContentKey) -> None:
    other = create_key("case")
    other.wrapped = key.wrapped
    with pytest.raises(SealBroken):
        other.field_cipher()
    key = ContentKey.objects.get(pk=key.pk)
    key.purpose = "patient"
    with pytest.raises(SealBroken):
        key.field_cipher()


def test_a_wrapped_key_under_the_name_of_another_master_key_is_refused(settings: Any, key: ContentKey) -> None:
    new = add_master(settings)
    key = ContentKey.objects.get(pk=key.pk)
    key.master_id = new
    with pytest.raises(SealBroken):
        key.field_cipher()


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(ValueError, match="holiday"):
        create_key("holiday")


def test_every_purpose_has_its_own_secret() -> None:
    made = [create_key(purpose) for purpose in ContentKey.Purpose.values for _ in range(3)]
    assert len({key._open()[1] for key in made}) == len(made)


def test_destroying_keeps_the_row_and_forgets_the_bytes(key: ContentKey) -> None:
    stored = write_file(key, [b"report"], media_type="application/pdf")
    key.field_cipher()
    destroy_key(key)
    row = ContentKey.objects.get(pk=key.pk)
    assert (row.wrapped, row.destroyed_at is not None, key.wrapped) == (None, True, None)
    at = row.destroyed_at
    destroy_key(row)
    assert ContentKey.objects.get(pk=key.pk).destroyed_at == at
    for loaded in (key, row):
        with pytest.raises(KeyDestroyed):
            loaded.field_cipher()
    stored.refresh_from_db()
    with pytest.raises(KeyDestroyed):
        read_file(stored)


def test_an_unwrapped_key_lives_no_longer_than_its_row(key: ContentKey) -> None:
    """No cache of the process: a row loaded after the destruction finds nothing, however often the key was used."""
    write_file(key, [b"x"], media_type="x/y")
    ContentKey.objects.filter(pk=key.pk).update(wrapped=None, destroyed_at=key.created_at)
    with pytest.raises(KeyDestroyed):
        ContentKey.objects.get(pk=key.pk).field_cipher()
    key.refresh_from_db()
    with pytest.raises(KeyDestroyed):
        key.field_cipher()


def test_copies_of_a_key_row_carry_no_secret(key: ContentKey) -> None:
    key.field_cipher()
    assert "_opened" not in copy.copy(key).__dict__


def test_the_database_refuses_a_key_that_is_neither_or_both(key: ContentKey) -> None:
    for values in ({"wrapped": None}, {"destroyed_at": key.created_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContentKey.objects.filter(pk=key.pk).update(**values)


# --- rotation
def test_rotation_wraps_all_again_and_the_old_master_key_can_go(settings: Any) -> None:
    ensure_canary()
    made = [create_key("case") for _ in range(7)]
    files = [write_file(key, [str(key.pk).encode()], media_type="x/y") for key in made]
    destroy_key(made[0])
    new = add_master(settings)
    late = create_key("case")
    assert late.master_id == new
    assert list(rotate_master(batch=3)) == [3, 3]
    assert list(rotate_master(batch=3)) == []
    only_new = keys_file(settings).read_text().splitlines()[0]
    keys_file(settings).write_text(only_new + "\n")
    check_canary()
    for key, stored in list(zip(made, files, strict=True))[1:]:
        stored = type(stored).objects.get(pk=stored.pk)
        assert b"".join(read_file(stored)) == str(key.pk).encode()
    assert keys.masters_in_use() == {new: 7}


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_rotation_killed_midway_goes_on(settings: Any) -> None:
    """The third batch dies at its second key: two batches are done, every key still opens, the next call ends it."""
    ensure_canary()
    secrets = {key.pk: key._open()[1] for key in (create_key("case") for _ in range(9))}
    new = add_master(settings)
    wrap = masters.Keyring.wrap
    calls = iter(range(100))

    def dying(self: masters.Keyring, clear: bytes, context: str) -> tuple[str, bytes]:
        if next(calls) == 7:
            raise Killed
        return wrap(self, clear, context)

    with mock.patch.object(masters.Keyring, "wrap", dying), pytest.raises(Killed):
        list(rotate_master(batch=3))
    assert ContentKey.objects.filter(master_id=new).count() == 6
    assert {key.pk: key._open()[1] for key in ContentKey.objects.all()} == secrets
    check_canary()
    assert list(rotate_master(batch=3)) == [3]
    assert {key.pk: key._open()[1] for key in ContentKey.objects.filter(master_id=new)} == secrets


def test_rotation_without_the_old_master_key_stops_with_its_name(settings: Any, key: ContentKey) -> None:
    keys_file(settings).unlink()
    masters.make_master_key(keys_file(settings))
    with pytest.raises(CommandError, match=key.master_id):
        call_command("rotate_master")
    with pytest.raises(MasterKeyMissing, match=key.master_id):
        ContentKey.objects.get(pk=key.pk).field_cipher()


def test_the_commands_say_what_they_did(settings: Any, key: ContentKey, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="in-front"):
        call_command("make_master_key")
    call_command("make_master_key", "--in-front")
    new = masters.keyring().first
    call_command("rotate_master", "--batch", "2")
    said = capsys.readouterr().out
    assert f"{new} (1 keys)" in said
    assert all(base64.b64encode(secret).decode() not in said for secret in masters.keyring().keys.values())


# --- the canary
def test_the_canary_stops_a_start_with_other_master_keys(settings: Any) -> None:
    ensure_canary()
    check_canary()
    assert checks.check_database_opens(None, databases=["default"]) == []
    name = masters.keyring().first
    keys_file(settings).write_text(f"{name},{base64.b64encode(os.urandom(32)).decode()}\n")
    with pytest.raises(MasterKeyMissing, match="canary"):
        check_canary()
    (error,) = checks.check_database_opens(None, databases=["default"])
    assert error.id == "vault.E012"


def test_a_start_without_canary_is_refused_once_there_is_content() -> None:
    with pytest.raises(MasterKeyMissing, match="no canary"):
        check_canary()
    # Before the first migration there is nothing to open.
    assert checks.check_database_opens(None, databases=["default"]) == []
    create_key("case")
    assert [error.id for error in checks.check_database_opens(None, databases=["default"])] == ["vault.E012"]


def test_a_start_that_lacks_a_master_key_in_use_is_refused(settings: Any) -> None:
    old = create_key("case").master_id
    add_master(settings)
    ensure_canary()
    check_canary()
    keys_file(settings).write_text(keys_file(settings).read_text().splitlines()[0] + "\n")
    with pytest.raises(MasterKeyMissing, match=old):
        check_canary()


def test_a_canary_is_not_made_for_keys_that_do_not_open(settings: Any) -> None:
    create_key("case")
    keys_file(settings).unlink()
    masters.make_master_key(keys_file(settings))
    with pytest.raises(MasterKeyMissing):
        ensure_canary()
    assert not MasterKeyCanary.objects.exists()


def test_a_changed_canary_is_refused() -> None:
    ensure_canary()
    canary = MasterKeyCanary.objects.get()
    canary.master_id, canary.wrapped = masters.keyring().wrap(b"other", "canary")
    canary.save()
    with pytest.raises(MasterKeyMissing, match="something else"):
        check_canary()


def test_migrating_makes_the_canary() -> None:
    keys.ensure_canary_after_migrate()
    check_canary()


def test_production_names_its_keys_and_its_scanner(settings: Any) -> None:
    settings.DEMO = False
    settings.MASTER_KEYS_FILE = ""
    assert {message.id for message in checks.check_master_keys(None)} == {"vault.E010", "vault.E011"}
    settings.MASTER_KEYS_FILE, settings.VAULT_SCANNER = "/keys", "clamd"
    assert checks.check_master_keys(None) == []
