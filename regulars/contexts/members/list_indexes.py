"""Indexes for lists of the few: the newest of them are found without going through all the others."""

from django.db import models
from django.db.models import Q

OF_THE_FEW = (
    models.Index(
        fields=["status", "-enrolled_at", "-id"],
        name="members_member_status_new",
        condition=~Q(status="active"),
    ),
    models.Index(
        fields=["-enrolled_at", "-id"],
        name="members_member_staff_new",
        condition=Q(is_staff=True),
    ),
    models.Index(
        fields=["store_enrolled", "-enrolled_at", "-id"],
        name="members_member_store_new",
        condition=Q(store_enrolled__isnull=False),
    ),
)
