"""Encryption of fields and the blind index by which an encrypted number is found.

Both keys are derived from the installation's master key (HKDF-SHA-256), one purpose each.
"""

import secrets
from collections.abc import Iterable
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_LENGTH = 12


@cache
def key_for(purpose: str) -> bytes:
    """A 256-bit key for one purpose, derived from the master key."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(settings.MASTER_KEY)


@cache
def _cipher() -> AESGCM:
    return AESGCM(key_for("field encryption"))


def encrypt(plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return nonce + _cipher().encrypt(nonce, plain, None)


def encrypt_all(plain: Iterable[bytes]) -> list[bytes]:
    """As ``encrypt``, each with a nonce of its own; the machine is asked for random bytes once."""
    texts, sealing = list(plain), _cipher().encrypt
    random = secrets.token_bytes(NONCE_LENGTH * len(texts))
    nonces = [random[at : at + NONCE_LENGTH] for at in range(0, len(random), NONCE_LENGTH)]
    return [nonce + sealing(nonce, text, None) for nonce, text in zip(nonces, texts, strict=True)]


def decrypt(sealed: bytes) -> bytes:
    return _cipher().decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], None)


@cache
def _index() -> HMAC:
    return HMAC(key_for("blind index"), SHA256())


def blind_index(text: str) -> bytes:
    """A keyed digest (HMAC-SHA-256, 16 bytes) of a normalised number: equal numbers, equal index, nothing else."""
    digest = _index().copy()  # the key is worked in once
    digest.update(text.encode())
    return digest.finalize()[:16]
