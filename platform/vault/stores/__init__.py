"""Where encrypted objects lie: a local folder, or any S3. They see ciphertext only, under names drawn from ids."""

from vault import conf
from vault.stores.base import ObjectReader, ObjectWriter, Store, StoredObject

__all__ = ["ObjectReader", "ObjectWriter", "Store", "StoredObject", "get_store"]


def get_store(name: str = "") -> Store:
    """The store of that name; without a name the one that receives new files.

    Raises:
        ValueError: no such store.
    """
    name = name or conf.store_name()
    if name == "local":
        from vault.stores.local import LocalStore

        return LocalStore(conf.root())
    if name == "s3":
        from vault.stores.s3 import S3Store

        return S3Store.from_settings(conf.s3())
    raise ValueError(f"VAULT_STORE {name!r} is neither local nor s3")
