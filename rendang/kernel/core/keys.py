"""The installation's own keys: files of one owner under ``HOME/keys``, made on first use.

The installation key (Ed25519) signs what must later prove that this installation wrote it: audit seals above all.
Its public half is published, so that anyone can check a seal without us.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from rendang.kernel.core import durable


def keep(name: str, make: Callable[[], bytes]) -> bytes:
    """The content of a key file, made once. Of several processes that start together all get the same one.

    A file appears whole or not at all, and stays through a power cut; readable by its owner only.
    """
    path = Path(settings.HOME) / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write_once(path, make(), mode=0o600)
    return path.read_bytes()


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def _key() -> Ed25519PrivateKey:
    key = load_pem_private_key(keep("installation.pem", _new_key), password=None)
    assert isinstance(key, Ed25519PrivateKey), "keys/installation.pem must hold an Ed25519 key"
    return key


def sign(message: bytes) -> bytes:
    """64 bytes that only this installation can make for this message (Ed25519, RFC 8032)."""
    return _key().sign(message)


def verify(message: bytes, signature: bytes, *, public_key: bytes = b"") -> bool:
    """Was the message signed by this installation, or by the one whose public key (PEM) is given?"""
    try:
        key = load_pem_public_key(public_key) if public_key else _key().public_key()
        assert isinstance(key, Ed25519PublicKey), "not an Ed25519 public key"
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def public_key_pem() -> bytes:
    """The half that is given to everybody."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
