"""Keys derived from the server's secret, one for each use, so that no value of one use fits another."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def server_keys(use: str) -> list[bytes]:
    """The keys of one use: of the current secret first, then of the former ones, so that rotation ends nobody's code.

    Args:
        use: what the key is for, e.g. "codes".
    """
    secrets = (settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", ()))
    return [salted_hmac("accounts.keys", use, secret=secret, algorithm="sha256").digest() for secret in secrets]
