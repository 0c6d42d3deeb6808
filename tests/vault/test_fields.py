"""Sealed fields: what the database holds is ciphertext, and it opens in its own place only."""

import copy
import pickle
import uuid
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError, ValidationError
from django.core.serializers import serialize
from django.db import connection, models, transaction
from django.db.models import F
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.vault.rows import Note, OtherNote
from vault import fields
from vault.exceptions import KeyDestroyed, NotSealed, SealBroken
from vault.fields import Sealed, SealedTextField
from vault.keys import create_key, destroy_key
from vault.models import ContentKey, StoredFile

pytestmark = pytest.mark.usefixtures("notes")
CLEAR = "suspicion of endometriosis"


def raw(note: models.Model, column: str = "text") -> bytes:
    """The bytes the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM {note._meta.db_table} WHERE id = %s",
            [note.pk.hex if connection.vendor == "sqlite" else note.pk],
        )
        return bytes(cursor.fetchone()[0])


def put_raw(note: models.Model, data: bytes, column: str = "text") -> None:
    """Overwrite the bytes the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {note._meta.db_table} SET {column} = %s WHERE id = %s",
            [data, note.pk.hex if connection.vendor == "sqlite" else note.pk],
        )


def make(key: ContentKey, **values: Any) -> Note:
    return Note.objects.create(content_key=key, **{"text": CLEAR, **values})


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(),
    answers=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
)
def test_any_value_comes_back_and_none_of_it_is_in_the_row(key: ContentKey, text: str, answers: Any) -> None:
    note = make(key, text=text, answers={"a": answers})
    again = Note.objects.get(pk=note.pk)
    assert (again.text, again.answers, again.remark) == (text, {"a": answers}, None)
    if len(text) > 3:
        assert text.encode("utf-8", "surrogatepass") not in raw(note)


def test_the_same_text_is_never_sealed_to_the_same_bytes(key: ContentKey) -> None:
    assert len({raw(make(key)) for _ in range(20)}) == 20


def test_an_empty_text_is_sealed_and_none_is_null(key: ContentKey) -> None:
    note = make(key, text="", remark=None)
    assert len(raw(note)) > 40
    assert Note.objects.filter(remark__isnull=True, pk=note.pk).exists()
    assert Note.objects.get(pk=note.pk).text == ""


def test_nothing_is_opened_by_loading_a_row(key: ContentKey, django_assert_num_queries: Any) -> None:
    note = make(key)
    put_raw(note, b"\x01broken")
    with django_assert_num_queries(1):
        loaded = Note.objects.select_related("content_key").get(pk=note.pk)
    loaded.refresh_from_db()
    assert loaded.label == ""
    assert loaded.__dict__["text"] == Sealed(b"\x01broken")
    with pytest.raises(SealBroken):
        _ = loaded.text


def test_a_deferred_field_is_fetched_when_it_is_read(key: ContentKey, django_assert_num_queries: Any) -> None:
    note = make(key)
    loaded = Note.objects.select_related("content_key").defer("text").get(pk=note.pk)
    with django_assert_num_queries(1):
        assert loaded.text == CLEAR
    assert Note.objects.only("label").get(pk=note.pk).text == CLEAR


def test_saving_a_row_with_a_deferred_field_leaves_it_alone(key: ContentKey) -> None:
    note = make(key)
    before = raw(note)
    loaded = Note.objects.defer("text").get(pk=note.pk)
    loaded.label = "changed"
    loaded.save()
    assert raw(note) == before


def test_save_with_update_fields_seals_those_only(key: ContentKey) -> None:
    note = make(key, remark="one")
    note.text, note.remark = "new", "not saved"
    note.save(update_fields=["text"])
    again = Note.objects.get(pk=note.pk)
    assert (again.text, again.remark) == ("new", "one")


def test_saving_what_was_only_read_writes_the_same_bytes(key: ContentKey) -> None:
    note = Note.objects.get(pk=make(key).pk)
    before = raw(note)
    assert note.text == CLEAR
    note.save()
    assert raw(note) == before


def test_json_changed_in_place_is_saved(key: ContentKey) -> None:
    note = Note.objects.get(pk=make(key, answers={"pain": [1]}).pk)
    note.answers["pain"].append(2)
    note.save()
    assert Note.objects.get(pk=note.pk).answers == {"pain": [1, 2]}


def test_rows_of_one_default_do_not_share_it(key: ContentKey) -> None:
    one, two = Note(content_key=key, text=""), Note(content_key=key, text="")
    one.answers["a"] = 1
    assert two.answers == {}


def test_bulk_create_seals(key: ContentKey) -> None:
    made = Note.objects.bulk_create([Note(content_key=key, text=f"{CLEAR} {n}") for n in range(3)])
    assert CLEAR.encode() not in b"".join(raw(note) for note in made)
    assert sorted(note.text for note in Note.objects.all()) == [f"{CLEAR} {n}" for n in range(3)]


def test_bulk_update_is_refused(key: ContentKey) -> None:
    note = make(key)
    note.text = "changed"
    with pytest.raises(NotSealed), transaction.atomic():
        Note.objects.bulk_update([note], ["text"])
    note.label = "changed"
    Note.objects.bulk_update([note], ["label"])
    again = Note.objects.get(pk=note.pk)
    assert (again.text, again.label) == (CLEAR, "changed")


def test_update_or_create_seals(key: ContentKey) -> None:
    note = make(key)
    Note.objects.update_or_create(pk=note.pk, defaults={"text": "second"})
    assert Note.objects.get(pk=note.pk).text == "second"


def test_an_update_of_rows_refuses_clear_text(key: ContentKey) -> None:
    note = make(key)
    with pytest.raises(NotSealed), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(text="clear")
    with pytest.raises(NotSealed), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(text=b"clear")
    Note.objects.filter(pk=note.pk).update(remark=None)
    assert Note.objects.get(pk=note.pk).text == CLEAR


@pytest.mark.parametrize("lookup", [{"text": CLEAR}, {"text__contains": "endo"}, {"answers__a": 1}])
def test_sealed_fields_cannot_be_searched(key: ContentKey, lookup: dict[str, object]) -> None:
    with pytest.raises(FieldError, match="sealed"):
        Note.objects.filter(**lookup).exists()


def test_values_give_ciphertext_that_shows_nothing(key: ContentKey) -> None:
    note = make(key)
    (sealed,) = Note.objects.values_list("text", flat=True)
    assert isinstance(sealed, Sealed)
    assert sealed.key_id == key.pk
    assert sealed.data == raw(note)
    assert CLEAR not in repr(sealed) + repr(Note(content_key=key, text=CLEAR).__dict__)


# --- a ciphertext opens in its own place only
def test_a_ciphertext_of_another_row_is_refused(key: ContentKey) -> None:
    one, two = make(key), make(key, text="other")
    put_raw(one, raw(two))
    with pytest.raises(SealBroken):
        _ = Note.objects.get(pk=one.pk).text


def test_a_ciphertext_of_another_field_is_refused(key: ContentKey) -> None:
    note = make(key, remark="remark")
    Note.objects.filter(pk=note.pk).update(text=F("remark"))
    with pytest.raises(SealBroken):
        _ = Note.objects.get(pk=note.pk).text


def test_a_ciphertext_of_another_table_is_refused(key: ContentKey) -> None:
    same = uuid.uuid4()
    note = make(key, id=same)
    other = OtherNote.objects.create(id=same, content_key=key, text="other")
    put_raw(note, raw(other))
    with pytest.raises(SealBroken):
        _ = Note.objects.get(pk=same).text


def test_a_ciphertext_under_another_key_is_refused(key: ContentKey) -> None:
    note = make(key)
    Note.objects.filter(pk=note.pk).update(content_key=create_key("case"))
    with pytest.raises(SealBroken):
        _ = Note.objects.get(pk=note.pk).text


@pytest.mark.asvs("11.3.2")
@pytest.mark.parametrize("place", [0, 1, 16, 17, 28, 29, -1])
def test_one_flipped_bit_is_refused(key: ContentKey, place: int) -> None:
    note = make(key)
    data = bytearray(raw(note))
    data[place] ^= 1
    put_raw(note, bytes(data))
    with pytest.raises(SealBroken):
        _ = Note.objects.get(pk=note.pk).text


@pytest.mark.parametrize("data", [b"", b"\x01", CLEAR.encode(), b"\x01" + b"0" * 28])
def test_clear_or_short_bytes_are_never_taken_for_text(key: ContentKey, data: bytes) -> None:
    note = make(key)
    put_raw(note, data)
    with pytest.raises(SealBroken):
        _ = Note.objects.get(pk=note.pk).text


def test_a_destroyed_key_opens_nothing_and_seals_nothing(key: ContentKey) -> None:
    note = make(key)
    destroy_key(key)
    loaded = Note.objects.get(pk=note.pk)
    with pytest.raises(KeyDestroyed):
        _ = loaded.text
    loaded.label = "kept"
    loaded.save()
    loaded.text = "new"
    with pytest.raises(KeyDestroyed), transaction.atomic():
        loaded.save()


def test_a_value_already_read_is_closed_by_the_destruction(key: ContentKey) -> None:
    note = make(key)
    assert note.text == CLEAR
    destroy_key(note.content_key)
    with pytest.raises(KeyDestroyed):
        _ = note.text


# --- copies, keys, mistakes
def test_a_copy_under_a_new_id_is_sealed_again_once_read_and_refused_unread(key: ContentKey) -> None:
    note = make(key)
    for read in (True, False):
        twin = Note.objects.get(pk=note.pk)
        if read:
            assert (twin.text, twin.answers) == (CLEAR, {})
        twin.pk = uuid.uuid4()
        twin._state.adding = True
        if read:
            twin.save()
            assert Note.objects.get(pk=twin.pk).text == CLEAR
        else:
            with pytest.raises(SealBroken), transaction.atomic():
                twin.save()


def stored(key: ContentKey) -> StoredFile:
    """A row of an installed app, which pickles and fixtures need."""
    row = StoredFile.objects.create(content_key=key, store="local", size=0, sha256=CLEAR, media_type="x/y")
    return StoredFile.objects.select_related("content_key").get(pk=row.pk)


def test_shallow_and_deep_copies_are_independent(key: ContentKey) -> None:
    row = stored(key)
    assert row.sha256 == CLEAR
    shallow, deep = copy.copy(row), copy.deepcopy(row)
    shallow.sha256, deep.sha256 = "a", "b"
    assert (row.sha256, shallow.sha256, deep.sha256) == (CLEAR, "a", "b")
    assert copy.deepcopy(row).sha256 == CLEAR
    assert copy.deepcopy(shallow).sha256 == "a"


def test_a_pickled_row_carries_ciphertext_only(key: ContentKey) -> None:
    row = stored(key)
    assert row.sha256 == CLEAR
    secret = row.content_key._open()[1]
    data = pickle.dumps(row)
    assert CLEAR.encode() not in data
    assert secret not in data
    assert pickle.loads(data).sha256 == CLEAR
    row.sha256 = "not saved"
    with pytest.raises(NotSealed):
        pickle.dumps(row)


def test_a_dump_carries_no_clear_value(key: ContentKey) -> None:
    row = stored(key)
    assert row.sha256 == CLEAR
    assert CLEAR not in serialize("json", [row])


def test_changing_the_key_of_a_row(key: ContentKey) -> None:
    note = Note.objects.get(pk=make(key, remark="r").pk)
    new = create_key("patient")
    note.content_key = new
    with pytest.raises(SealBroken, match="change_key"), transaction.atomic():
        note.save()
    note = Note.objects.get(pk=note.pk)
    fields.change_key(note, new)
    note.save()
    destroy_key(key)
    again = Note.objects.get(pk=note.pk)
    assert (again.text, again.remark, again.content_key_id) == (CLEAR, "r", new.pk)


def test_a_row_without_key_or_with_the_wrong_type_is_refused(key: ContentKey) -> None:
    with pytest.raises(NotSealed, match="content key"):
        Note(text="x").save()
    with pytest.raises(TypeError):
        Note(content_key=key, text=5)
    with pytest.raises(TypeError):
        Note(content_key=key, text="", answers={1, 2})
    note = Note(content_key=key, text="")
    note.pk = None
    with pytest.raises(NotSealed, match="before the row has its id"):
        _ = Note._meta.get_field("text").pre_save(note, True)


def test_validators_see_the_clear_value(key: ContentKey) -> None:
    note = Note(content_key=key, text="x", remark="y" * 501)
    with pytest.raises(ValidationError) as refused:
        note.clean_fields(exclude=["label"])
    assert set(refused.value.message_dict) == {"remark"}
    note.remark = "short"
    note.clean_fields(exclude=["label"])
    note.save()
    assert Note.objects.get(pk=note.pk).remark == "short"


def test_the_check_wants_a_content_key_and_an_own_id() -> None:
    registry = Apps()

    class Bare(models.Model):
        text = SealedTextField(unique=True)
        id = models.AutoField(primary_key=True)

        class Meta:
            app_label = "vault_rows_bare"
            apps = registry

    field = Bare._meta.get_field("text")
    assert isinstance(field, SealedTextField)
    assert {message.id for message in field.check()} >= {"vault.E001", "vault.E002", "vault.E003"}
    good = Note._meta.get_field("text")
    assert good.check() == []


def test_a_migration_writes_the_field_as_declared() -> None:
    _, path, args, kwargs = Note._meta.get_field("remark").deconstruct()
    assert (path, args, set(kwargs)) == ("vault.fields.SealedTextField", [], {"null", "validators"})
