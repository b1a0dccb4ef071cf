"""Which pages Django serves."""

urlpatterns: list = []
