from django.db import migrations, models
from django.db.models import F, Q

import clock


def copy_starts(apps, schema_editor):
    """Until now every session began with its proof."""
    apps.get_model("accounts", "UserSession").objects.update(proved_at=F("started_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_user_search_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="usersession",
            name="means",
            field=models.CharField(
                choices=[("code", "password and code"), ("psc", "Pro Santé Connect")], default="code", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="usersession",
            name="proved_at",
            field=models.DateTimeField(default=clock.now),
        ),
        migrations.AlterField(
            model_name="usersession",
            name="device",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.CASCADE,
                related_name="+",
                to="accounts.emailcode",
            ),
        ),
        migrations.AddConstraint(
            model_name="usersession",
            constraint=models.CheckConstraint(
                condition=Q(("device__isnull", False), ("means", "code"))
                | Q(("device__isnull", True), ("means", "psc")),
                name="accounts_session_has_its_proof",
                violation_error_message="A session by code names its second step, and no other does.",
            ),
        ),
        migrations.RunPython(copy_starts, migrations.RunPython.noop, elidable=True),
    ]
