"""Settling how a file is read: what the caller says, else what a preset knows, else what is guessed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.receipts.columns import FIELDS, guess_columns, heading_words, missing_fields
from regulars.core.receipts.layout import PRESETS, IdentifierName, Layout, Preset, recognise
from regulars.core.refusal import Invalid
from regulars.integrations.receipts.cells import text_of
from regulars.integrations.receipts.normalising import with_goods_beside
from regulars.integrations.receipts.source import Source
from regulars.kit.documents import load_yaml

_SAMPLED_ROWS = 200
_MAPPING_BYTES_MAX = 1 << 20
_PHONE_WORDS = frozenset({"phone", "телефон", "mobile"})


class ColumnUnknown(Invalid):
    """A field that receipts do not have, or a column that the file does not have."""

    code = "import.column_unknown"


class ColumnsMissing(Invalid):
    """No column looks like something that receipts cannot do without."""

    code = "import.columns_missing"


class MappingInvalid(Invalid):
    """The mapping file is none."""

    code = "import.mapping_invalid"


class PresetMismatch(Invalid):
    """The file has not the columns of the preset."""

    code = "import.preset_mismatch"


class MappingFile(BaseModel):
    """What a mapping file may say; every part may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str | list[str]] = Field(default_factory=dict)
    cancels: Annotated[str, Field(max_length=20)] | None = None
    store: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    till: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    sku: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    identifier: IdentifierName | None = None
    time_zone: str | None = None
    decimal: Annotated[str, Field(pattern=r"^[.,]$")] | None = None
    date: Annotated[str, Field(min_length=2, max_length=60)] | None = None
    time: Annotated[str, Field(min_length=2, max_length=60)] | None = None


def read_mapping(path: Path) -> MappingFile:
    """A mapping file (YAML or JSON). Raises MappingInvalid, naming the part that is wrong."""
    try:
        with path.open("rb") as file:
            text = file.read(_MAPPING_BYTES_MAX + 1).decode("utf-8-sig")
        return MappingFile.model_validate(load_yaml(text))
    except ValidationError as error:
        where = "/".join(str(part) for part in error.errors()[0]["loc"])
        raise MappingInvalid(pointer=f"/{where}", part=where or "?") from None
    except (OSError, UnicodeDecodeError, ProgrammeInvalid):
        raise MappingInvalid(part="?") from None


def named_columns(pairs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`field=Heading` as the command line gives them; a category may have several. Raises ColumnUnknown."""
    named: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        field, sign, heading = pair.partition("=")
        if not sign or field.strip() not in FIELDS:
            raise ColumnUnknown(column=field[:60], known=", ".join(FIELDS))
        named[field.strip()] = (heading.strip(),)
    return named


def settle_layout(
    source: Source,
    *,
    told: MappingFile,
    named: Mapping[str, Sequence[str]],
    preset: str | None,
    folder: Path,
    **options: Any,
) -> tuple[Source, Layout]:
    """The layout of `source`, and `source` with what a file beside it tells of the goods.

    `options` are parts of a Layout that outdo the rest; None leaves a part to the others. Raises
    ColumnUnknown, ColumnsMissing, PresetMismatch.
    """
    known = _preset(source, preset)
    columns = {**_told_columns(told), **{field: tuple(names) for field, names in named.items()}}
    columns = {field: _present(source, field, names) for field, names in columns.items()}
    base = known.columns if known else _guessed(source, columns)
    layout = Layout(
        {**{f: n for f, n in base.items() if f not in columns}, **columns},
        preset=known.code if known else None,
    )
    parts = _parts(known, told, options, source, layout)
    layout = Layout(layout.columns, preset=layout.preset, **parts)
    _check_complete(source, layout)
    if known and known.beside and "category" not in columns:
        return with_goods_beside(source, layout, known.beside, folder)
    return source, layout


def guessed_layout(source: Source) -> Layout:
    """What `settle_layout` takes the columns for where nobody says anything; some may be missing."""
    known = recognise(source.names)
    layout = Layout(known.columns if known else _guessed(source, {}))
    parts = _parts(known, MappingFile(), {}, source, layout)
    return Layout(layout.columns, preset=known.code if known else None, **parts)


def told_layout(source: Source, told: MappingFile) -> Layout:
    """The layout that `told` says whole: nothing is guessed beside it.

    Raises ColumnUnknown, ColumnsMissing.
    """
    columns = {
        field: _present(source, field, names) for field, names in _told_columns(told).items()
    }
    parts = {k: v for k, v in told.model_dump(exclude={"columns"}).items() if v is not None}
    layout = Layout(columns, **parts)
    _check_complete(source, layout)
    return layout


def _check_complete(source: Source, layout: Layout) -> None:
    missing = missing_fields(layout.columns)
    if missing:
        raise ColumnsMissing(missing=", ".join(missing), columns=", ".join(source.names)[:500])


def _preset(source: Source, code: str | None) -> Preset | None:
    if code is None:
        return recognise(source.names)
    preset = PRESETS[code]
    lacking = preset.headings.difference(source.names)
    if lacking:
        raise PresetMismatch(preset=code, columns=", ".join(sorted(lacking)))
    return preset


def _told_columns(told: MappingFile) -> dict[str, tuple[str, ...]]:
    columns = {}
    for field, names in told.columns.items():
        if field not in FIELDS:
            raise ColumnUnknown(column=field[:60], known=", ".join(FIELDS))
        columns[field] = (names,) if isinstance(names, str) else tuple(names)
    return columns


def _present(source: Source, field: str, names: Sequence[str]) -> tuple[str, ...]:
    """The columns as the file spells them; several only for a category."""
    spelled = {" ".join(name.split()).casefold(): name for name in reversed(source.names)}
    whole = [" ".join(name.split()).casefold() for name in names]
    if field == "category" and len(whole) == 1 and whole[0] not in spelled:
        whole = [part.strip() for part in whole[0].split(",")]
    unknown = [name for name in whole if name not in spelled]
    if unknown or not whole or (len(whole) > 1 and field != "category"):
        shown = ", ".join(unknown or names)[:200]
        raise ColumnUnknown(column=shown, known=", ".join(source.names)[:500])
    return tuple(spelled[name] for name in whole)


def _guessed(source: Source, named: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """A guess over the columns that nobody has spoken for."""
    spoken = {name for names in named.values() for name in names}
    free = [name for name in source.names if name not in spoken]
    top = source.table.slice(0, _SAMPLED_ROWS)
    samples = [[text_of(cell) for cell in top.column(name).to_pylist()] for name in free]
    return guess_columns(free, samples)


def _parts(
    known: Preset | None,
    told: MappingFile,
    options: Mapping[str, Any],
    source: Source,
    layout: Layout,
) -> dict[str, Any]:
    """The parts of a layout beside its columns: the last that says anything is right."""
    parts: dict[str, Any] = {}
    if known:
        parts = {"cancels": known.cancels, "sku": known.sku, "date": known.date}
    elif _is_phone(layout):
        parts["identifier"] = "phone"
    parts.update({k: v for k, v in told.model_dump(exclude={"columns"}).items() if v is not None})
    parts.update({name: value for name, value in options.items() if value is not None})
    return parts


def _is_phone(layout: Layout) -> bool:
    names = layout.columns.get("customer", ())
    return any(_PHONE_WORDS & set(heading_words(name).split()) for name in names)
