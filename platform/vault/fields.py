"""Model fields that the database holds as AES-256-GCM ciphertext, opened only when their attribute is read.

A sealed value is bound to its table, row, field and key: moved elsewhere it does not open. Loading, deferring,
refreshing and copying rows moves ciphertext and opens nothing. `bulk_update` and fixtures are refused: they would need
clear values without their row.
"""

import functools
import json
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from vault.exceptions import NotSealed, SealBroken

if TYPE_CHECKING:
    from vault.models import ContentKey

    _Field = models.Field[Any, Any]
else:
    _Field = models.Field

_VERSION = b"\x01"
_KEY_ID_END = 17
_NONCE_END = 29
_UNREAD = object()
# While a row is refreshed, attributes give what the row holds instead of opening it.
_moving: ContextVar[bool] = ContextVar("moving", default=False)


class Sealed:
    """A ciphertext as the database holds it: version, key id, nonce, AES-GCM output. Never shows what is inside.

    Args:
        data: the bytes of the column.
    """

    __slots__ = ("_bound_to", "_text", "_value", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._bound_to = b""
        self._text = ""
        self._value: object = _UNREAD

    def __repr__(self) -> str:
        return f"<sealed, {len(self.data)} bytes>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.data == self.data

    def __hash__(self) -> int:
        return hash(self.data)

    def __reduce__(self) -> tuple[type["Sealed"], tuple[bytes]]:
        # A pickle or a deep copy carries the ciphertext only.
        return Sealed, (self.data,)

    @property
    def key_id(self) -> UUID:
        """Id of the content key it was sealed under."""
        return UUID(bytes=self.data[1:_KEY_ID_END])


class Pending:
    """A clear value that waits to be sealed by the next save of its row.

    Args:
        value: the clear value.
    """

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "<waits to be sealed>"

    def __reduce__(self) -> NoReturn:
        raise NotSealed("A clear value is not pickled: save the row first.")

    def __copy__(self) -> "Pending":
        return Pending(self.value)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Pending":
        return Pending(json.loads(json.dumps(self.value)))


class _SealedAttribute(DeferredAttribute):
    """Reads and writes the clear value; the row's `__dict__` holds ciphertext, or what waits to become one."""

    field: "SealedField"

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        held = super().__get__(instance, cls)
        if instance is None or held is None or _moving.get():
            return held
        return held.value if isinstance(held, Pending) else self.field.open(instance, held)

    def __set__(self, instance: models.Model, value: object) -> None:
        if value is not None and not isinstance(value, (Sealed, Pending)):
            self.field.refuse_type(value)
            value = Pending(value)
        instance.__dict__[self.field.attname] = value


def _refresh_unopened(refresh: Callable[..., None]) -> Callable[..., None]:
    """Make `refresh_from_db` take over ciphertext as it is: a row whose key is gone can still be refreshed."""

    @functools.wraps(refresh)
    def refresh_from_db(self: models.Model, *args: Any, **kwargs: Any) -> None:
        token = _moving.set(True)
        try:
            refresh(self, *args, **kwargs)
        finally:
            _moving.reset(token)

    return refresh_from_db


class SealedField(_Field):
    """What sealed text and sealed JSON share. The model has a foreign key `content_key` to `vault.ContentKey`."""

    descriptor_class = _SealedAttribute
    db_index: bool
    empty_strings_allowed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out `editable`, which is always set here."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    # --- clear value to text and back (the two kinds differ here only)
    def refuse_type(self, value: object) -> None:
        """Raise TypeError when a clear value of this type cannot be held."""
        raise NotImplementedError

    def to_text(self, value: object) -> str:
        """The text that is encrypted."""
        raise NotImplementedError

    def from_text(self, text: str) -> object:
        """The clear value of a decrypted text."""
        raise NotImplementedError

    # --- how Django sees the column
    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not any(isinstance(field, SealedField) for field in cls._meta.local_fields if field is not self):
            cls.refresh_from_db = _refresh_unopened(cls.refresh_from_db)  # type: ignore[method-assign]

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return connection.ops.binary_placeholder_sql(value)  # type: ignore[call-arg]

    def from_db_value(self, value: Any, expression: object, connection: BaseDatabaseWrapper) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def value_from_object(self, obj: models.Model) -> Any:
        """What the row holds: dumps carry ciphertext."""
        return obj.__dict__.get(self.attname)

    def value_to_string(self, obj: models.Model) -> str:
        """What the row holds, in a form nothing can load."""
        return repr(self.value_from_object(obj))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed) or hasattr(value, "resolve_expression"):
            return value
        raise NotSealed(f"{self.model._meta.label}.{self.name} takes no clear value here: set it on a row and save.")

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = self.get_prep_value(value)
        return connection.Database.Binary(value.data) if isinstance(value, Sealed) else value  # type: ignore[attr-defined]

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.model._meta.label}.{self.name} is sealed: it can be asked for isnull only.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> NoReturn:
        raise FieldError(f"{self.model._meta.label}.{self.name} is sealed: it can be asked for isnull only.")

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """The ciphertext to write: the one that was loaded unless the value, the row or the key is another."""
        held: Sealed | Pending | None = model_instance.__dict__.get(self.attname)
        if held is None:
            return None
        if isinstance(held, Sealed) and held._value is _UNREAD:
            self._check_unread(model_instance, held, add)
        sealed = self._sealed_now(model_instance, held)
        model_instance.__dict__[self.attname] = sealed
        return sealed

    # --- sealing and opening
    def seal(self, instance: models.Model, value: object) -> Sealed:
        """Encrypt a clear value for this row.

        Raises:
            NotSealed: the row has no key or no primary key yet.
            vault.exceptions.KeyDestroyed: its key was destroyed.
        """
        key = self._key_of(instance)
        bound_to = self._bound_to(instance, key.pk)
        text = self.to_text(value)
        nonce = secrets.token_bytes(_NONCE_END - _KEY_ID_END)
        head = _VERSION + key.pk.bytes + nonce
        sealed = Sealed(head + key.field_cipher().encrypt(nonce, text.encode("utf-8", "surrogatepass"), bound_to))
        sealed._bound_to, sealed._text, sealed._value = bound_to, text, value
        return sealed

    def open(self, instance: models.Model, sealed: Sealed) -> object:
        """Decrypt the value of this row.

        Raises:
            SealBroken: altered, or taken from another table, row, field or key.
            vault.exceptions.KeyDestroyed: its key was destroyed.
        """
        key = self._key_of(instance)
        bound_to = self._bound_to(instance, key.pk)
        if sealed._value is not _UNREAD and sealed._bound_to == bound_to and not key.destroyed_at:
            return sealed._value
        where = f"{self.model._meta.db_table}.{self.name}"
        if sealed.data[:1] != _VERSION or len(sealed.data) < _NONCE_END:
            raise SealBroken(f"{where}: unknown version")
        if sealed.key_id != key.pk:
            raise SealBroken(f"{where}: sealed under another key")
        nonce, body = sealed.data[_KEY_ID_END:_NONCE_END], sealed.data[_NONCE_END:]
        try:
            text = key.field_cipher().decrypt(nonce, body, bound_to).decode("utf-8", "surrogatepass")
        except InvalidTag as error:
            raise SealBroken(f"{where}: altered, or taken from another row or field") from error
        sealed._bound_to, sealed._text, sealed._value = bound_to, text, self.from_text(text)
        return sealed._value

    def _sealed_now(self, instance: models.Model, held: Sealed | Pending) -> Sealed:
        """Seal what waits, what was changed in place, and what was read and now goes to another row or key."""
        if isinstance(held, Pending):
            return self.seal(instance, held.value)
        if held._value is _UNREAD:
            return held
        same_place = held._bound_to == self._bound_to(instance, getattr(instance, "content_key_id", None))
        return held if same_place and self.to_text(held._value) == held._text else self.seal(instance, held._value)

    def _check_unread(self, instance: models.Model, held: Sealed, add: bool) -> None:
        """Refuse to write a ciphertext that could never be opened where it goes."""
        if held.key_id != getattr(instance, "content_key_id", None):
            raise SealBroken(f"{self.model._meta.db_table}.{self.name}: the key changed; use fields.change_key")
        if add:
            self.open(instance, held)

    def _key_of(self, instance: models.Model) -> "ContentKey":
        key: ContentKey | None = getattr(instance, "content_key", None)
        if key is None:
            raise NotSealed(f"{self.model._meta.label}.{self.name} cannot be sealed or opened without a content key.")
        return key

    def _bound_to(self, instance: models.Model, key_id: object) -> bytes:
        if instance.pk is None:
            raise NotSealed(f"{self.model._meta.label}.{self.name} cannot be sealed before the row has its id.")
        return f"vault.field|1|{self.model._meta.db_table}|{instance.pk}|{self.name}|{key_id}".encode()

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """The model has its `content_key`, an id made by the application, and no index on ciphertext."""
        found = super().check(**kwargs)
        try:
            key = self.model._meta.get_field("content_key")
        except FieldDoesNotExist:
            key = None
        if key is None or getattr(getattr(key.related_model, "_meta", None), "label", "") != "vault.ContentKey":
            text = "A sealed field needs a foreign key named content_key to vault.ContentKey on its model."
            found.append(checks.Error(text, obj=self, id="vault.E001"))
        if isinstance(self.model._meta.pk, models.AutoField):
            text = "A sealed field needs a primary key made by the application (UUID): the ciphertext names it."
            found.append(checks.Error(text, obj=self, id="vault.E002"))
        if self.unique or self.db_index or self.primary_key:
            found.append(checks.Error("A sealed field cannot be indexed or unique.", obj=self, id="vault.E003"))
        return found


class SealedTextField(SealedField):
    """Text held as ciphertext; an empty text is sealed too, None is NULL."""

    if TYPE_CHECKING:
        _pyi_private_set_type: str
        _pyi_private_get_type: str
        _pyi_lookup_exact_type: str

    empty_strings_allowed = True

    def refuse_type(self, value: object) -> None:
        if not isinstance(value, str):
            raise TypeError(f"{self.model._meta.label}.{self.name} takes text, not {type(value).__name__}.")

    def to_text(self, value: object) -> str:
        self.refuse_type(value)
        return cast("str", value)

    def from_text(self, text: str) -> str:
        return text


class SealedJSONField(SealedField):
    """Any JSON value held as ciphertext; changes made in place are seen at save; None is NULL."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any
        _pyi_lookup_exact_type: Any

    def refuse_type(self, value: object) -> None:
        if not isinstance(value, (dict, list, tuple, str, int, float, bool)):
            raise TypeError(f"{self.model._meta.label}.{self.name} takes JSON, not {type(value).__name__}.")

    def to_text(self, value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def from_text(self, text: str) -> object:
        return json.loads(text)


def change_key(instance: models.Model, key: "ContentKey") -> None:
    """Open every sealed field of a row and bind the row to another content key; the caller saves it.

    Args:
        instance: a row with `content_key`.
        key: the key it is sealed under from the next save on.
    """
    fields = [field for field in instance._meta.concrete_fields if isinstance(field, SealedField)]
    values = {field.name: getattr(instance, field.name) for field in fields}
    setattr(instance, "content_key", key)  # noqa: B010
    for name, value in values.items():
        setattr(instance, name, value)
