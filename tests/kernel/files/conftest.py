from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def storage_folder(settings: object, tmp_path: Path) -> Path:
    """A storage of its own for every test."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "default": {"BACKEND": "rendang.kernel.files.disk.DiskStorage", "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path
