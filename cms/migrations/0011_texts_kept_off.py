"""Since when a rule of publication keeps an expert's text off the site."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0010_askers")]
    operations = [
        migrations.AddField(
            model_name="profiletext",
            name="kept_off_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
