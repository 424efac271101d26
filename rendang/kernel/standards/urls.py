from django.urls import path

from rendang.kernel.standards import views

app_name = "standards"
urlpatterns = [
    path("", views.table_list, name="list"),
    path("tables/<slug:table>/", views.table, name="table"),
    path("tables/<slug:table>/add/", views.code_add, name="code_add"),
    path("tables/<slug:table>/synonyms/", views.synonyms, name="synonyms"),
    path("synonyms/<int:pk>/remove/", views.synonym_remove, name="synonym_remove"),
    path("codes/<int:pk>/change/", views.code_change, name="code_change"),
    path("codes/<int:pk>/end/", views.code_end, name="code_end"),
    path("policies/", views.policy_list, name="policies"),
    path("policies/<slug:code>/", views.policy_detail, name="policy"),
    path("policies/<slug:code>/change/", views.policy_change, name="policy_change"),
    path("policies/versions/<int:pk>/withdraw/", views.policy_withdraw, name="policy_withdraw"),
    path("policies/versions/<int:pk>/end/", views.policy_end, name="policy_end"),
    path("services/", views.service_list, name="services"),
    path("services/<slug:code>/", views.service_detail, name="service"),
    path("services/<slug:code>/change/", views.service_change, name="service_change"),
    path("services/versions/<int:pk>/withdraw/", views.service_withdraw, name="service_withdraw"),
    path("classification/", views.classification, name="classification"),
    path("key-materials/", views.key_materials, name="key_materials"),
    path("calendar/", views.calendar_now, name="calendar_now"),
    path("calendar/<int:year>/", views.calendar, name="calendar"),
    path("calendar/<int:year>/announce/", views.calendar_announce, name="calendar_announce"),
    path("calendar/<int:year>/<int:month>/<int:day>/", views.calendar_day, name="calendar_day"),
]
