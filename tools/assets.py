"""Copies what the browser needs from node_modules into static/vendor (git-ignored); repeated, it does nothing.

References to source maps and to font formats that are not copied are taken out, because the hashed
static storage (WhiteNoise) stops at a file that points to one that is missing.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "icons/tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    # Reads QR and Code 128 from the camera's picture where the browser cannot; fetched when a camera is opened.
    "zxing/reader.js": "zxing-wasm/dist/iife/reader/index.js",
    "zxing/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "icons/fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
}
SOURCE_MAP = re.compile(rb"\s*(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
OTHER_FORMATS = re.compile(rb',\s*url\([^)]*\)\s*format\("(?:woff|truetype)"\)')


def copied(source: Path) -> bytes:
    content = source.read_bytes()
    if source.suffix in {".css", ".js"}:
        content = OTHER_FORMATS.sub(b"", SOURCE_MAP.sub(b"\n", content))
    return content


def main() -> None:
    for name, origin in FILES.items():
        target, content = VENDOR / name, copied(NODE_MODULES / origin)
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            print(f"static/vendor/{name}")


if __name__ == "__main__":
    main()
