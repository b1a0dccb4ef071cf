"""The key that signs sessions and tokens."""

import os
import secrets

from regulars.kit.database.home import Home, default_home


def configured_secret_key() -> str:
    """REGULARS_SECRET_KEY, else the installation's own file, else one for this process only.

    The file is made by the command that prepares the installation, not by importing the settings.
    """
    named = os.environ.get("REGULARS_SECRET_KEY")
    if named:
        return named
    path = Home(default_home()).secrets / "secret_key"
    return path.read_text().strip() if path.exists() else secrets.token_urlsafe(48)
