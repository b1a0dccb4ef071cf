"""The project's source, parsed once, for the tests of its laws."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "regulars"


@dataclass(frozen=True)
class Module:
    """One Python file of the package."""

    path: Path

    @property
    def name(self) -> tuple[str, ...]:
        """Its dotted name in parts; a package's `__init__` bears the package's name."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def imports(self) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
        """Every import statement with each dotted name it brings in."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, tuple(alias.name.split("."))) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = tuple((node.module or "").split("."))
                yield from ((node, (*start, alias.name)) for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the package but migrations, which are written by a program."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return tuple(Module(path) for path in paths if "migrations" not in path.parts)


def python_files() -> list[Path]:
    """Every Python file of ours: package, tests and benchmarks."""
    folders = (PACKAGE, ROOT / "tests", ROOT / "bench")
    found = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts]


def assert_none(problems: Iterable[str]) -> None:
    """Fail with all `problems`, each on a line of its own, if there are any."""
    found = [problem.replace(f"{ROOT}/", "") for problem in problems]
    assert not found, "\n" + "\n".join(found)
