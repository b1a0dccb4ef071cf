"""The ready programmes that come with the platform: documents to start from."""

from importlib.resources import files

import regulars.programmes

_FOLDER = files(regulars.programmes)


def list_programmes() -> tuple[str, ...]:
    """Their names, in alphabetical order."""
    names = (entry.name for entry in _FOLDER.iterdir() if entry.is_file())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".yaml")))


def load(name: str) -> str:
    """The YAML text of a ready programme. Raises KeyError where there is none of that name."""
    if name not in list_programmes():
        raise KeyError(name)
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
