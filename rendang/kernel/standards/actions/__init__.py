"""Everything that changes a standard: the data files, and permitted staff on screen."""

from rendang.kernel.standards.actions.loading import Counts, load_standards

__all__ = ["Counts", "load_standards"]
