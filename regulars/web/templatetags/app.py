"""Filters of the member app: points with the word for them, in the form that the number takes."""

from django import template
from django.utils.translation import ngettext

from regulars.web.design.faces import programme
from regulars.web.templatetags.figures import points

register = template.Library()


@register.filter
def worded(minor: int | None, currency: str) -> str:
    """«200 points»; of a currency that is not the points, the amount alone."""
    said, known = points(minor, currency), programme()
    if minor is None or not known or currency != "points":
        return said
    value = minor / 10 ** known.currencies[currency].scale
    whole = int(value) if value == int(value) else 2
    return ngettext("%(count)s point", "%(count)s points", whole) % {"count": said}
