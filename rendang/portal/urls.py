from django.urls import path

from rendang.portal.views import citizens, departures, papers, public, requests, undertakings, uploads

app_name = "portal"
urlpatterns = [
    path("", public.home, name="home"),
    path("query/", public.query, name="query"),
    path("verify/", public.verify_certificate, name="verify"),
    path("verify/file/", public.verify_file, name="verify_file"),
    path("letters/<str:number>/", public.letter, name="letter"),
    path("request/", requests.request_dossier, name="request"),
    path("request/follow/", requests.follow, name="follow"),
    path("upload/<str:token>/", uploads.upload, name="upload"),
    path("guide/", public.guide, name="guide"),
    path("guide/<slug:code>/", public.service, name="service"),
    path("institutions/", public.institutions, name="directory"),
    path("me/", citizens.me, name="me"),
    path("me/certificate/", citizens.apply, name="apply"),
    path("me/certificates/<int:pk>/paper/", citizens.paper, name="paper"),
    path("me/leave/", departures.leave, name="leave"),
    path("me/leave/<int:pk>/stay/", departures.stay, name="stay"),
    path("me/undertakings/<int:pk>/", undertakings.undertaking, name="undertaking"),
    path("me/undertakings/<int:pk>/paper/", undertakings.undertaking_paper, name="undertaking_paper"),
    path("me/letters/<int:pk>/", uploads.asked_for, name="asked_for"),
    path("me/intake/", citizens.intake, name="intake"),
    path("me/intake/<int:pk>/letter/", citizens.letter, name="intake_letter"),
    path("me/intake/<int:pk>/withdraw/", citizens.withdraw, name="intake_withdraw"),
    path("me/cases/<int:pk>/papers/", papers.papers, name="papers"),
    path("me/papers/<int:pk>/", papers.submitted, name="submitted"),
    path("me/looks/", citizens.looks, name="looks"),
]
