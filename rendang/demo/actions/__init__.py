"""The fictional city, made by the same actions that a real one's staff would take."""

from rendang.demo.actions.loading import load_city

__all__ = ["load_city"]
