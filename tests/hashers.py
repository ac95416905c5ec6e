"""The real password algorithm at its least cost, so that tests and the processes they start understand each other."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 in a tenth of a millisecond; the cost stands in each hash, so every process can check it."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
