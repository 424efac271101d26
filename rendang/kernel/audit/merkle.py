"""The Merkle tree of RFC 6962 (section 2.1): one root stands for a whole batch of leaves."""

from collections.abc import Sequence
from hashlib import sha256

LENGTH = 32  # bytes of a digest


def leaf(data: bytes) -> bytes:
    """The digest of one entry; the prefix keeps a leaf from ever passing for a node."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over the digests of the entries, in their order; of no entries, the digest of nothing.

    Built level by level; a last node without a partner moves up unchanged, which is RFC 6962's tree.
    """
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired if len(level) % 2 == 0 else [*paired, level[-1]]
    return level[0]
