import hmac

from rendang.kernel.core.crypto import NONCE_LENGTH, blind_index, decrypt, encrypt_all, key_for


def test_the_blind_index_is_the_keyed_digest_of_the_number():
    number = "370202199104189265"

    digest = hmac.digest(key_for("blind index"), number.encode(), "sha256")
    assert blind_index(number) == blind_index(number) == digest[:16]


def test_equal_texts_encrypted_together_do_not_look_equal():
    sealed = encrypt_all([b"370202199104189265"] * 3)

    assert {decrypt(each) for each in sealed} == {b"370202199104189265"}
    assert len({each[:NONCE_LENGTH] for each in sealed}) == len(set(sealed)) == 3
