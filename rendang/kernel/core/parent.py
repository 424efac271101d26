"""A process that ends when the one that started it ends, even by kill -9 (Linux; elsewhere nothing happens)."""

import ctypes
import sys

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not import.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(number: int) -> None:
    """Have this process sent the signal as soon as its parent is gone. Usable as ``preexec_fn``."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number)
