# Placeholder by the founder so that the URLconf loads; the owner of this app replaces it.
app_name = "rosters"
urlpatterns: list = []
