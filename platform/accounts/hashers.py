"""How passwords are hashed: Argon2id, sized so that many logins at once cannot eat the memory of the machine."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class SizedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with 46 MiB, two passes, one lane: twice the work OWASP asks for at this size (one pass).

    Django's own takes 100 MiB and eight lanes for each login: eight of them at once would need 800 MiB.
    """

    time_cost = 2
    memory_cost = 47_104
    parallelism = 1
