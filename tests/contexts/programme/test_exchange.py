"""A version goes from one installation to another and stays what it was."""

import pytest

from regulars.contexts.programme import queries, usecases
from regulars.core.programme.exchange import canonical, digest_of, named_digest
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes, load

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", list_programmes())
def test_every_ready_programme_is_drafted_exported_and_imported_as_the_same(name, now, author):
    drafted = usecases.draft_version(load(name), now=now, by=author)
    text = queries.export_version(1)
    imported = usecases.import_version(text, now=now, by=author)
    assert imported.digest == drafted.digest == imported.origin_digest
    assert queries.get_programme(2) == queries.get_programme(1)
    assert queries.diff_versions(1, 2) == ()
    assert queries.compiled(2).document == queries.get_programme(1)


def test_a_file_changed_on_the_way_keeps_the_digest_it_came_with(document, now, author):
    drafted = usecases.draft_version(document(), now=now, by=author)
    text = queries.export_version(1).replace("corner_shop", "other_shop")
    imported = usecases.import_version(text, now=now, by=author)
    assert imported.origin_digest == drafted.digest
    assert imported.digest not in ("", drafted.digest)
    assert imported.status == "draft"


def test_a_file_without_a_heading_names_no_digest(document, now, author):
    usecases.draft_version(document(), now=now, by=author)
    text = "\n".join(queries.export_version(1).splitlines()[2:])
    assert named_digest(text) == ""
    assert usecases.import_version(text, now=now, by=author).origin_digest == ""


def test_what_is_exported_twice_is_the_same_text(document, now, author):
    usecases.draft_version(document(), now=now, by=author)
    assert queries.export_version(1) == queries.export_version(1)
    assert load_yaml(queries.export_version(1))["code"] == "corner_shop"


def test_the_order_of_keys_does_not_change_the_digest(document, now, author):
    usecases.draft_version(document(), now=now, by=author)
    values = canonical(queries.get_programme(1))
    assert digest_of(dict(reversed(values.items()))) == digest_of(values)
    assert digest_of(queries.get_document(1).document) == queries.get_document(1).digest


def test_the_same_document_is_found_by_its_digest_until_it_is_dropped(document, now, author):
    drafted = usecases.draft_version(document(), now=now, by=author)
    assert queries.find_version_by_digest(drafted.digest, now=now) == drafted
    usecases.retire_version(1, now=now, by=author)
    assert queries.find_version_by_digest(drafted.digest, now=now) is None
