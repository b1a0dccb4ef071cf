"""Put the ready grocery programme in force since long ago; run as a process on the published database.

With the argument `promotions` it has fifty of them on what Online Retail sold instead of its own.
"""

import sys
from datetime import UTC, datetime
from uuid import UUID

import django

from bench.promoted import retail_document

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def main() -> None:
    """Import, approve and publish it."""
    from regulars.contexts.programme.usecases import (
        approve_version,
        draft_version,
        import_version,
        publish_version,
    )
    from regulars.contexts.security.access import ROLE_PERMISSIONS
    from regulars.contexts.security.types import Actor, Role
    from regulars.core.programme.check import parse_programme
    from regulars.core.programme.document import to_mapping
    from regulars.kit.clock import utc_now
    from regulars.kit.documents import load_yaml
    from regulars.kit.transactions import in_transaction
    from regulars.programmes.catalogue import load

    author, approver = (
        Actor("staff", str(UUID(int=n)), UUID(int=n), ROLE_PERMISSIONS[Role.OWNER]) for n in (1, 2)
    )

    def work() -> None:
        now = utc_now()
        if "promotions" in sys.argv:
            grocery = to_mapping(parse_programme(load_yaml(load("grocery")), format="mapping"))
            number = draft_version(retail_document(grocery), now=now, by=author).number
        else:
            number = import_version(load("grocery"), now=now, by=author).number
        approve_version(number, now=now, by=approver)
        publish_version(number, LONG_AGO, backdated=True, has_sales=False, now=now, by=author)

    in_transaction(work)


if __name__ == "__main__":
    django.setup()
    main()
