"""English sentences of `regulars programme`."""

SENTENCES = {
    "cli.acting_unknown": "No active staff account has the address given by --by.",
    "cli.acting_not_named": "Say who acts: --by EMAIL.",
    "cli.programme_unreadable": "{file} cannot be read: {reason}.",
    "cli.programme_too_big": "{file} is larger than {bytes} bytes: that is no programme.",
    "cli.programme_not_text": "{file} is not a UTF-8 text.",
    "cli.programme_sound": (
        "«{title}» is sound: {rules|earning rule|earning rules}, {currencies|currency|currencies}, "
        "{levels|tier|tiers}."
    ),
    "cli.programme_problem": "line {line}: {says} ({pointer})",
    "cli.programme_problems": "{file}: {count|problem|problems}.",
    "cli.programme_same": "No difference in meaning.",
    "cli.programme_loaded": "«{title}» is now version {number}, a draft.",
    "cli.programme_loaded_already": (
        "«{title}» is version {number} already ({status}): nothing to do."
    ),
    "cli.programme_loaded_changed": (
        "The file was changed since it was exported: its digest is not the one in its heading."
    ),
    "cli.programme_approved": "Version {number} is approved.",
    "cli.programme_published": "Version {number} is in force from {moment}.",
    "cli.programme_withdrawn": "The publication of version {number} is withdrawn.",
    "cli.programme_retired": "Version {number} is {status} and cannot be used any more.",
    "cli.programme_none": "There is no version yet: regulars programme load FILE",
    "cli.programme_publications": "Publications (what `withdraw` takes):",
    "cli.programme_moment_malformed": (
        "«{text}» is no date: write 2026-12-31 or 2026-12-31T09:00+03:00."
    ),
    "cli.programme_exported": "Version {number} is in {file}.",
    "cli.programme_unwritable": "{file} cannot be written: {reason}.",
    "status.draft": "draft",
    "status.approved": "approved",
    "status.live": "live",
    "status.retired": "retired",
    "status.withdrawn": "withdrawn",
}
