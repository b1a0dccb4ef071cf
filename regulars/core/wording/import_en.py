"""English sentences of `regulars receipts import`: what it says, and why it does not take a row."""

SENTENCES = {
    "import.file_unreadable": "{file} cannot be read: {reason}.",
    "import.file_broken": "{file} is damaged: it cannot be read to the end.",
    "import.file_not_table": "This is no table: neither CSV, nor Parquet, nor XLSX.",
    "import.file_empty": "There are no rows in the file.",
    "import.file_too_large": "More than an import takes in columns, rows, or length of a line ({what}).",
    "import.column_unknown": "There is no such column: «{column}». Known: {known}.",
    "import.columns_missing": "No column for: {missing}. Name it by --column. Columns of the file: {columns}.",
    "import.mapping_invalid": "The mapping file is wrong at «{part}».",
    "import.preset_mismatch": "The file has not the columns of «{preset}»: {columns}.",
    "import.rejects_unwritable": "{file} cannot be written: {reason}.",
    "import.running": "Another import is at work on this database.",
    "import.reading": "{rows|row|rows}, {format}; encoding: {encoding}, delimiter: {delimiter}",
    "import.preset": "Recognised: {preset}",
    "import.column": "  {field} ← {columns}",
    "import.columns_left": "  not used: {columns}",
    "import.zone": "Clocks without an offset are read as {zone}.",
    "import.before_programme": (
        "No programme was in force yet for {receipts|receipt|receipts} (the first: {first}); "
        "publish a version from that day: regulars programme publish N --from {first}"
    ),
    "import.progress_reading": "Reading",
    "import.progress_members": "Enrolling",
    "import.progress": "Importing",
    "import.dry_run": "A trial run: nothing was written.",
    "import.sold": (
        "Sales:    {rows|row|rows}, {amount} {money}, {receipts|receipt|receipts} ({already} already there)"
    ),
    "import.returned": (
        "Returns:  {rows|row|rows}, {amount} {money}, {receipts|return|returns} ({already} already there)"
    ),
    "import.refused": "Rejected: {rows|row|rows}, {amount} {money}",
    "import.refused_because": "  {rows}, {amount} {money}: {reason}",
    "import.whole": "In all:   {rows|row|rows}, {amount} {money}",
    "import.members": "Members:  {customers|customer|customers}, of whom new: {new}",
    "import.anonymous": (
        "{receipts|sale|sales} of customers whom nobody knows went in without a member (--enrol makes members)."
    ),
    "import.rejects_file": "Rejected rows: {file}",
    "import.columns_count": "The row has {found|cell|cells} instead of {expected}.",
    "import.text_broken": "The text in «{field}» is damaged.",
    "import.text_too_long": "The text in «{field}» is too long.",
    "import.date_missing": "There is no date.",
    "import.date_unreadable": "The date cannot be read.",
    "import.number_missing": "There is no receipt number.",
    "import.number_unreadable": "The number in «{field}» cannot be read.",
    "import.quantity_missing": "There is no quantity.",
    "import.quantity_zero": "The quantity is zero.",
    "import.amount_missing": "There is neither a price nor an amount.",
    "import.price_negative": "The price is negative: this is no sale and no return.",
    "import.too_large": "The quantity or the amount is too large to be true.",
    "import.kind_unknown": "The kind of operation is neither a sale nor a return.",
    "import.stock_correction": "Goods went out or in for nothing: this corrects the stock and is no return.",
    "import.nothing_sold": "Nobody in particular bought something for nothing: this corrects the stock.",
    "import.other_customer": "The row names another customer than the receipt.",
    "import.too_many_lines": "The receipt has more lines than any: is this the column of receipt numbers?",
    "import.number_of_another_day": "A receipt of this number exists on an earlier day.",
    "return.no_member": "Goods were returned without a customer and without the number of the sale.",
    "return.no_sale": "There is no earlier sale of these goods to this customer.",
    "return.not_enough_left": "Less of these goods is left from earlier sales than was returned.",
    "return.dearer_than_sold": "The goods were returned for more than they were sold for.",
    "return.sale_too_old": "The sale is too old to be returned from.",
}
