"""Packages carry what the pages need from npm and the compiled texts: made before a wheel or an sdist is."""

import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

MAKER = Path(__file__).resolve().parent / "regulars" / "web" / "build_assets.py"


def make_assets() -> None:
    """Run the maker as a program of its own; it says what is missing where npm is not there."""
    subprocess.run([sys.executable, str(MAKER)], check=True)


class BuildWithAssets(build_py):
    """An editable installation makes its own: `make setup`, or `python -m regulars.web.build_assets`."""

    def run(self) -> None:
        """Make the assets, then build as usual."""
        if not self.editable_mode:
            make_assets()
        super().run()


class SdistWithAssets(sdist):
    """A source package has them too, so that it can be built without npm."""

    def run(self) -> None:
        """Make the assets, then pack as usual."""
        make_assets()
        super().run()


setup(cmdclass={"build_py": BuildWithAssets, "sdist": SdistWithAssets})
