from ninja import Router

from rendang.circulation.household import actions, forms
from rendang.circulation.household.models import HouseholdMove, PageLoan
from rendang.kernel.access.permissions import Permission
from rendang.kernel.workflow.api import add_case_routes

router = Router(tags=["household"])
page_router = Router(tags=["household"])
add_case_routes(router, HouseholdMove, Permission.HOUSEHOLD_VIEW, actions.STEPS, forms.FORMS)
add_case_routes(page_router, PageLoan, Permission.HOUSEHOLD_VIEW, actions.PAGE_STEPS, forms.PAGE_FORMS)
