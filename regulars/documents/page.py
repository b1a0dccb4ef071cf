"""A report as one page of HTML that loads nothing from outside: its frame, style and parts."""

from collections.abc import Sequence
from html import escape

from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Cell, Kind, Table

_STYLE = """
:root{color-scheme:light;--ink:#1c2733;--soft:#5b6b7a;--line:#e3e9ee;--tint:#f4f7fa;--accent:#2f5d8a}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,"Segoe UI",Roboto,sans-serif;color:var(--ink);margin:0 auto;
max-width:1080px;padding:40px 24px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:21px;margin:52px 0 8px;border-top:1px solid var(--line);padding-top:24px}
h3{font-size:16px;margin:28px 0 6px}
p{margin:6px 0 12px;max-width:76ch}.about{color:var(--soft)}
ul{margin:6px 0 12px;padding-left:20px;max-width:80ch}li{margin:3px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:20px 0}
.tile{background:var(--tint);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:20px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);
font-size:13px}
.note{background:#fff6e8;border:1px solid #f0d9b5;border-radius:10px;padding:14px 18px;margin:20px 0}
.note h2,.note h3{border:0;margin:0 0 4px;padding:0;font-size:16px}.note h3{margin-top:14px;font-size:14px}
.note li,.note p{font-size:14.5px}
.wide{overflow-x:auto;margin:10px 0 18px}
figure{margin:14px 0 6px;overflow-x:auto}svg{display:block;width:100%;max-width:820px;min-width:540px;
height:auto}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:normal;min-width:84px}
th:first-child,th.text,td.text{text-align:left}td.long{white-space:normal;min-width:200px}
td:first-child{text-align:left}thead th:first-child{min-width:0}
td:first-child,th:first-child{position:sticky;left:0;background:#fff}
tr.best td{background:#eaf3ec}tr.best td:first-child{background:#eaf3ec}
details{margin:6px 0 16px}summary{cursor:pointer;color:var(--accent);font-size:14px}
@media (max-width:640px){body{padding:24px 16px 60px;font-size:15px}h1{font-size:24px}h2{margin-top:40px}
.tiles{grid-template-columns:repeat(2,1fr);gap:8px}.tile{padding:10px 12px}.tile b{font-size:17px}
td:first-child{max-width:46vw;white-space:normal}}
@media print{body{max-width:none;padding:0}h2{break-after:avoid}svg,table,.tile{break-inside:avoid}
details>*{display:block}}
"""


def whole_page(title: str, body: str, language: str) -> str:
    """The page: nothing in it may be loaded or run, which its own policy says too."""
    name = escape(title)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{name}</title><style>{_STYLE}</style></head><body><h1>{name}</h1>{body}</body></html>\n"
    )


def heading(text: str) -> str:
    """A section's title."""
    return f"<h2>{escape(text)}</h2>"


def about(text: str) -> str:
    """A quiet paragraph that says what a figure is."""
    return f'<p class="about">{escape(text)}</p>'


def tiles(pairs: Sequence[tuple[str, str]]) -> str:
    """The few figures to be seen first: each with what it is."""
    cells = "".join(
        f"<div class=tile><b>{escape(value)}</b><span>{escape(name)}</span></div>"
        for name, value in pairs
    )
    return f"<div class=tiles>{cells}</div>"


def drawn(svg: str | None, says: str) -> str:
    """A chart, with what it shows for those who do not see it; nothing where there is none."""
    if not svg:
        return ""
    return f'<figure role="img" aria-label="{escape(says, quote=True)}">{svg}</figure>'


def table_of(
    table: Table,
    language: str,
    *,
    title: bool = False,
    best: frozenset[int] = frozenset(),
    folded: str = "",
) -> str:
    """A table; rows in `best` are marked; with `folded` it opens by that summary."""
    heads = "".join(
        f'<th scope="col"{" class=text" if kind == "text" else ""}>{escape(head)}</th>'
        for head, kind in zip(table.heads, table.kinds, strict=True)
    )
    body = "".join(
        f"<tr{' class=best' if number in best else ''}>"
        + "".join(_cell(*pair, language) for pair in zip(row, table.kinds, strict=True))
        + "</tr>"
        for number, row in enumerate(table.rows)
    )
    text = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    text = f"<div class=wide>{text}</div>"
    if folded:
        text = f"<details><summary>{escape(folded)}</summary>{text}</details>"
    return f"<h3>{escape(table.title)}</h3>{text}" if title else text


def _cell(value: Cell, kind: Kind, language: str) -> str:
    text = escape(shown(value, kind, language))
    if kind != "text":
        return f"<td>{text}</td>"
    return f'<td class="text{" long" if len(text) > 34 else ""}">{text}</td>'
