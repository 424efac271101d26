"""The pages of accruals and of the letters that chase them."""

from rendang.circulation.accruals.views.cases import accrual_list, detail, figures, identify, paper, step
from rendang.circulation.accruals.views.chases import chase, chase_letter, chase_list, chase_step, chase_write
from rendang.circulation.accruals.views.registering import register_list, register_one

__all__ = [
    "accrual_list",
    "chase",
    "chase_letter",
    "chase_list",
    "chase_step",
    "chase_write",
    "detail",
    "figures",
    "identify",
    "paper",
    "register_list",
    "register_one",
    "step",
]
