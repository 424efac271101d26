"""Readable data that comes with the code: YAML, read by the C loader of PyYAML, far faster than its Python one."""

from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
