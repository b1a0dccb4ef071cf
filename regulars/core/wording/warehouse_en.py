"""English sentences of `regulars warehouse`."""

SENTENCES = {
    "warehouse.missing": "There is no warehouse in {folder} with any sale in it: `regulars warehouse export` makes one.",
    "warehouse.broken": "The warehouse's manifest is damaged: export it anew with --rebuild.",
    "warehouse.progress": "Copying to the warehouse",
    "warehouse.exported": "{rows|row|rows} written in {parts|file|files}, {kept|file|files} up to date already.",
    "warehouse.folder": "The warehouse is in {folder}.",
    "warehouse.differs": "Table {table}, {month}: {why}, expected {expected}, found {found}",
    "warehouse.stale": "The books have gone on since the export: {months}.",
    "warehouse.right": "The warehouse agrees: {parts|file|files}, {rows|row|rows}.",
    "warehouse.wrong": "The warehouse does not agree: {differences|difference|differences}. Export it anew with --rebuild.",
}
