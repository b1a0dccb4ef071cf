"""Every operation of the till plane."""

from regulars.web.api.operation import Route
from regulars.web.api.till.friends import friends
from regulars.web.api.till.gift_cards import till_cards
from regulars.web.api.till.gifts import gifts
from regulars.web.api.till.late import late
from regulars.web.api.till.people import people
from regulars.web.api.till.presence import presence
from regulars.web.api.till.sales import sales
from regulars.web.api.till.shift import shift
from regulars.web.api.till.statement import statement

TILL_ROUTES: tuple[Route, ...] = (
    *sales.routes,
    *late.routes,
    *people.routes,
    *presence.routes,
    *statement.routes,
    *shift.routes,
    *gifts.routes,
    *till_cards.routes,
    *friends.routes,
)
