import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0007_focal_point_role'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProcessDraftRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('table', models.JSONField(help_text='processing.tables.written')),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='processing.processdraft')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('draft', 'number'), name='process_draft_revision')],
            },
        ),
    ]
