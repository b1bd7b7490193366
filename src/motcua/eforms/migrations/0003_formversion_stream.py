"""Who published a version, and when, is an event of its own stream."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eforms", "0002_immutable")]
    operations = [
        migrations.AddField(
            model_name="formversion",
            name="stream",
            field=models.UUIDField(
                editable=False, help_text="Of its event; none for the first ones", null=True
            ),
        ),
    ]
