"""Every operation of the management plane."""

from regulars.web.api.manage.access import access
from regulars.web.api.manage.cashiers import cashiers
from regulars.web.api.manage.closes import closes
from regulars.web.api.manage.coupons import coupons
from regulars.web.api.manage.friends import friends
from regulars.web.api.manage.gift_cards import gift_cards
from regulars.web.api.manage.identifiers import cards, identifiers
from regulars.web.api.manage.members import members
from regulars.web.api.manage.orders import orders
from regulars.web.api.manage.places import places
from regulars.web.api.manage.plan_figures import plan_figures
from regulars.web.api.manage.plans import plans
from regulars.web.api.manage.points import points
from regulars.web.api.manage.programme import programme
from regulars.web.api.manage.rewards import rewards
from regulars.web.api.manage.studies import studies
from regulars.web.api.operation import Route

MANAGE_ROUTES: tuple[Route, ...] = tuple(
    route
    for group in (
        programme,
        members,
        identifiers,
        cards,
        points,
        rewards,
        orders,
        friends,
        coupons,
        gift_cards,
        closes,
        studies,
        plans,
        plan_figures,
        places,
        cashiers,
        access,
    )
    for route in group.routes
)
