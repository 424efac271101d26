"""The installation's keys: made once, read by their owner only, proof of what this installation wrote."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from rendang.kernel.core import keys


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    keys._key.cache_clear()
    yield tmp_path
    keys._key.cache_clear()


def test_a_signature_holds_for_its_message_only():
    signature = keys.sign(b"root 1")
    assert keys.verify(b"root 1", signature)
    assert not keys.verify(b"root 2", signature)
    assert not keys.verify(b"root 1", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not keys.verify(b"root 1", b"")


def test_the_key_outlives_the_process():
    signature = keys.sign(b"root 1")
    keys._key.cache_clear()
    assert keys.verify(b"root 1", signature)


def test_the_published_half_is_enough_to_verify(home):
    signature, published = keys.sign(b"root 1"), keys.public_key_pem()
    (home / "keys" / "installation.pem").unlink()
    keys._key.cache_clear()
    assert keys.verify(b"root 1", signature, public_key=published)
    assert not keys.verify(b"root 1", signature)


def test_key_files_are_readable_by_their_owner_only(home):
    keys.sign(b"")
    (path,) = (home / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_processes_that_start_together_get_the_same_key(home):
    made = iter(range(100))
    with ThreadPoolExecutor(16) as pool:
        got = set(pool.map(lambda _: keys.keep("race.pem", lambda: b"key %d" % next(made)), range(64)))
    assert len(got) == 1
    assert [path.name for path in (home / "keys").iterdir()] == ["race.pem"]


def test_a_crash_while_a_key_is_made_leaves_nothing(home):
    def crash() -> bytes:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        keys.keep("crash.pem", crash)
    assert not list((home / "keys").iterdir())
    assert keys.keep("crash.pem", lambda: b"key") == b"key"
