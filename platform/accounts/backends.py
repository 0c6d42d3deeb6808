"""The one way a password is judged, and how the person of a session is loaded."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models.users import User, fold_email


class AccountBackend(ModelBackend):
    """Address and password, whatever the case of the address; as slow for an address nobody has."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The active user of this address if the password is right. Alone it opens nothing: a code must follow."""
        address = username if username is not None else kwargs.get("email")
        if not address or password is None:
            return None
        user = User.objects.filter(email=fold_email(address)).first()
        if user is None:
            # The same work as for a known address, so that the time tells nothing (ASVS 6.3.8).
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session with his professional side; None once he is no longer active (ASVS 7.4.2)."""
        user = User.objects.select_related("professional").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
