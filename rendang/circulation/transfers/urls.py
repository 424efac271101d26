from django.urls import path

from rendang.circulation.transfers.views import checking, leaving, moving, requesting

app_name = "transfers"
urlpatterns = [
    path("", moving.transfer_list, name="list"),
    path("offer/<int:dossier>/", moving.offer, name="offer"),
    path("<int:pk>/", moving.detail, name="detail"),
    path("<int:pk>/papers/<slug:paper>/", moving.paper, name="paper"),
    path("<int:pk>/<slug:step>/", moving.step, name="step"),
]
# A kind of case has a name of its own in the addresses.
departures = (
    [
        path("", leaving.departure_list, name="list"),
        path("apply/", leaving.apply_many, name="apply_many"),
        path("apply/<int:dossier>/", leaving.apply, name="apply"),
        path("<int:pk>/", leaving.detail, name="detail"),
        path("<int:pk>/papers/<slug:paper>/", leaving.paper, name="paper"),
        path("<int:pk>/check/", checking.check, name="check"),
        path("<int:pk>/check-many/", checking.check_many, name="check_many"),
        path("<int:pk>/lines/<int:line>/check/", checking.check_line, name="check_line"),
        path("<int:pk>/lines/<int:line>/leave-out/", leaving.leave_out, name="leave_out"),
        path("<int:pk>/submitted/<int:paper>/", leaving.submitted, name="submitted"),
        path("<int:pk>/hand-in/", leaving.hand_in, name="hand_in"),
        path("<int:pk>/<slug:step>/", leaving.step, name="step"),
    ],
    "departures",
)
requests = (
    [
        path("", requesting.request_list, name="list"),
        path("<int:pk>/", requesting.detail, name="detail"),
        path("<int:pk>/letter/", requesting.letter, name="letter"),
        path("<int:pk>/<slug:step>/", requesting.step, name="step"),
    ],
    "requests",
)
