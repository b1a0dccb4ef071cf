"""Where the warehouse of an installation is."""

from pathlib import Path

from regulars.cli.session import Session


def warehouse_folder(session: Session) -> Path:
    """`warehouse/` in the installation's folder: a copy for analytics that can be rebuilt at will."""
    return session.home.root / "warehouse"
