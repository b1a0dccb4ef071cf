"""English sentences about the installation itself: its database, its folders, its processes."""

SENTENCES = {
    "database.unavailable": "The database is not available: {reason}.",
    "database.other_version": (
        "The data directory {folder} belongs to PostgreSQL {found}, this program brings {ours}. "
        "Back it up with the version of Regulars that made it and restore it into a new folder."
    ),
    "database.password_lost": (
        "The password in {folder} does not open the database beside it. "
        "Put back the secrets folder that belongs to this data directory."
    ),
    "database.too_old": "PostgreSQL {found} is too old: version {least} or newer is needed.",
    "cli.interrupted": "Interrupted.",
    "cli.fault": "Something went wrong inside Regulars ({kind}). This is a fault of the program; the log on stderr says where.",
    "database.lost": "The connection to the database was lost. Start the command again: what was done is kept.",
    "up.already_running": "Regulars is running on {folder} already.",
    "up.port_taken": "Another program listens on {host}:{port}. Choose another one with --port.",
    "up.not_ready": "The web server did not start. Its log is above.",
    "up.administrator": "The first administrator, shown only now. E-mail: {email}  Password: {password}",
    "up.welcome": "Open this link once to choose your own address and password, and set the programme up:\n  {link}",
    "up.listening": "Regulars is up:",
    "up.how_to_end": "Ctrl-C ends it.",
    "up.ending": "Ending…",
    "up.ended": "Ended.",
    "backup.done": "Saved to {file} ({bytes} bytes). The folder {secrets} is not part of it: keep a copy of that too.",
    "backup.nothing": "There is nothing to save: the database «{database}» has no tables. Is --data right?",
    "backup.failed": "The backup could not be made: {reason}.",
    "backup.file_unwritable": "{file} cannot be written.",
    "backup.progress": "Backing up",
    "restore.done": "Restored from {file}.",
    "restore.not_a_backup": "{file} is not a backup made by «regulars backup».",
    "restore.not_empty": "The database holds {tables|table|tables} already. Restore into a new folder (--data) or an empty database.",
    "restore.failed": "The backup could not be restored, nothing was changed: {reason}.",
    "restore.progress": "Restoring",
}
