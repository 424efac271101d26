"""Encryption at rest: what comes out is what went in, or nothing."""

import io
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendang.kernel.files import sealing
from rendang.kernel.files.sealing import CHUNK, TAG, DamagedFile, SealedReader, opened, sealed, unwrap, wrap

KEY = secrets.token_bytes(32)


def blob_of(plain: bytes) -> bytes:
    return b"".join(sealed(io.BytesIO(plain), KEY))


def plain_of(blob: bytes, key: bytes = KEY) -> bytes:
    return b"".join(opened(io.BytesIO(blob), key))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_content_of_any_size_comes_back(size):
    plain = secrets.token_bytes(size)
    assert plain_of(blob_of(plain)) == plain


def test_the_blob_does_not_show_the_content():
    assert "张伟".encode() not in blob_of("姓名：张伟".encode() * 50)


@settings(max_examples=60, deadline=None)
@given(plain=st.binary(min_size=1, max_size=200), data=st.data())
def test_a_flipped_bit_anywhere_is_refused(plain, data):
    blob = bytearray(blob_of(plain))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DamagedFile):
        plain_of(bytes(blob))


@settings(max_examples=60, deadline=None)
@given(plain=st.binary(min_size=1, max_size=200), data=st.data())
def test_a_blob_cut_off_anywhere_is_refused(plain, data):
    blob = blob_of(plain)
    with pytest.raises(DamagedFile):
        plain_of(blob[: data.draw(st.integers(0, len(blob) - 1))])


def test_a_blob_cut_off_between_two_chunks_is_refused():
    blob = blob_of(secrets.token_bytes(3 * CHUNK))
    with pytest.raises(DamagedFile):
        plain_of(blob[: len(sealing.MAGIC) + 2 * (CHUNK + TAG)])


def test_exchanged_chunks_are_refused():
    blob = blob_of(secrets.token_bytes(3 * CHUNK))
    start, length = len(sealing.MAGIC), CHUNK + TAG
    first, second = blob[start : start + length], blob[start + length : start + 2 * length]
    with pytest.raises(DamagedFile):
        plain_of(blob[:start] + second + first + blob[start + 2 * length :])


def test_anything_after_the_end_is_refused():
    with pytest.raises(DamagedFile):
        plain_of(blob_of(b"x" * 100) + b"more")


def test_another_key_opens_nothing():
    with pytest.raises(DamagedFile):
        plain_of(blob_of(b"content"), secrets.token_bytes(32))


def test_a_data_key_is_bound_to_the_place_of_its_blob():
    wrapped = wrap(KEY, "blobs/aa/one")
    assert unwrap(wrapped, "blobs/aa/one") == KEY
    with pytest.raises(DamagedFile):
        unwrap(wrapped, "blobs/bb/other")


def test_the_reader_gives_the_blob_in_any_portions():
    plain = secrets.token_bytes(CHUNK + 10)
    reader, portions = io.BufferedReader(SealedReader(io.BytesIO(plain), KEY)), []
    while portion := reader.read(70_001):
        portions.append(portion)
    assert plain_of(b"".join(portions)) == plain
