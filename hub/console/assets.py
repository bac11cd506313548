"""Files for the browser: copied from the installed packages once, then served with a stamp of their content.

`python -m hub.console.assets NODE_MODULES` fills `static/vendor`: font, script and one sheet of icons, each with a
compressed twin. Nothing is fetched here, and at run time nothing comes from outside this folder.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import sys
from functools import lru_cache
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
VENDOR: Final = STATIC / "vendor"
ICONS: Final = STATIC / "icons.txt"
COPIED: Final = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
}
OUTLINES: Final = "@tabler/icons/icons/outline"
ICON_BODY: Final = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
VENDOR_URL: Final = re.compile(r"url\((vendor/[\w.-]+)\)")
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def fill(modules: Path, vendor: Path = VENDOR) -> None:
    """Copy what the console needs out of a `node_modules` folder; raises `FileNotFoundError` for what is not there."""
    made = vendor.with_name(vendor.name + ".new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    for name, source in COPIED.items():
        shutil.copyfile(modules / source, made / name)
    (made / "icons.svg").write_text(_sheet(modules / OUTLINES), encoding="utf-8")
    # Renamed whole, so that an interrupted copy never looks complete.
    shutil.rmtree(vendor, ignore_errors=True)
    made.rename(vendor)


def _sheet(folder: Path) -> str:
    symbols = []
    for name in ICONS.read_text(encoding="utf-8").split():
        found = ICON_BODY.search((folder / f"{name}.svg").read_text(encoding="utf-8"))
        assert found is not None, f"the icon {name} has no drawing"
        body = re.sub(r"\s+", " ", found[1]).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
            f' stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


@lru_cache(maxsize=64)
def served(name: str) -> tuple[bytes, bytes, str] | None:
    """Give a file of the static folder, the same compressed, and its type; None for what is not served."""
    path = STATIC / name
    kind = TYPES.get(path.suffix)
    if kind is None or ".." in name or not path.is_file():
        return None
    body = path.read_bytes()
    if path.suffix == ".css":
        body = VENDOR_URL.sub(lambda found: f"url({stamped(found[1])})", body.decode()).encode()
    packed = body if path.suffix == ".woff2" else gzip.compress(body, 9, mtime=0)
    return body, packed, kind


@lru_cache(maxsize=64)
def stamped(name: str) -> str:
    """Give the address of a file with a stamp of its content, so that a browser may keep it for good."""
    found = served(name)
    stamp = hashlib.sha256(found[0]).hexdigest()[:10] if found else "missing"
    return f"/static/{name}?v={stamp}"


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
