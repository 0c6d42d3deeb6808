"""Start of the vault: its checks, and the canary row made after the first migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VaultConfig(AppConfig):
    """Encryption for everyone above."""

    name = "vault"
    verbose_name = "Vault"

    def ready(self) -> None:
        """Register the system checks and the canary."""
        from vault import checks, keys

        checks.register_checks()
        post_migrate.connect(keys.ensure_canary_after_migrate, sender=self, dispatch_uid="vault.canary")
