import django.db.models.deletion
import uuid
from django.db import migrations, models


# A version is filled while `published_at` is null; once it is set, neither it nor anything under it changes.
# Rows are told apart by how far they are from the version: itself, its children, its children's children.
IMMUTABLE = """
CREATE FUNCTION catalogue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched record;
    published timestamptz;
BEGIN
    IF TG_OP = 'INSERT' THEN touched := NEW; ELSE touched := OLD; END IF;
    IF TG_ARGV[0] = 'version' THEN
        published := touched.published_at;
    ELSIF TG_ARGV[0] = 'child' THEN
        SELECT v.published_at INTO published FROM catalogue_procedureversion v WHERE v.id = touched.version_id;
    ELSE
        SELECT v.published_at INTO published FROM catalogue_procedureversion v
            JOIN catalogue_procedurecase c ON c.version_id = v.id WHERE c.id = touched.case_id;
    END IF;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION 'a published procedure version never changes (%, %)', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON catalogue_procedureversion
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change('version');
CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE ON catalogue_procedurecase
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change('child');
CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE ON catalogue_legalbasis
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change('child');
CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE ON catalogue_resultkind
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change('child');
CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE ON catalogue_component
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change('grandchild');
CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE ON catalogue_fee
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change('grandchild');
"""
MUTABLE = """
DROP TRIGGER immutable ON catalogue_fee;
DROP TRIGGER immutable ON catalogue_component;
DROP TRIGGER immutable ON catalogue_resultkind;
DROP TRIGGER immutable ON catalogue_legalbasis;
DROP TRIGGER immutable ON catalogue_procedurecase;
DROP TRIGGER immutable ON catalogue_procedureversion;
DROP FUNCTION catalogue_refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='LifeEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=60, unique=True)),
                ('title_vi', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('lead_vi', models.CharField(max_length=300)),
                ('lead_en', models.CharField(max_length=300)),
                ('audience', models.CharField(choices=[('citizen', 'Citizen'), ('business', 'Business')], max_length=8)),
                ('position', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('national_code', models.CharField(max_length=8, unique=True)),
                ('name', models.TextField()),
                ('short_name', models.CharField(max_length=300)),
                ('name_en', models.CharField(blank=True, max_length=300)),
                ('ministry', models.CharField(blank=True, max_length=120)),
                ('executing_agencies', models.JSONField(default=list, help_text='Names of the agencies that resolve it, as published')),
                ('citizen', models.BooleanField(help_text='Null: the source does not say', null=True)),
                ('business', models.BooleanField(null=True)),
                ('level', models.CharField(choices=[('full', 'Full'), ('partial', 'Partial'), ('information', 'Information'), ('unknown', 'Unknown')], default='unknown', max_length=12)),
                ('essential_no', models.PositiveSmallIntegerField(help_text='Number among the 25 of Đề án 06', null=True)),
                ('synonyms', models.JSONField(default=list, help_text='What people call it; searched like its name')),
                ('popularity', models.PositiveIntegerField(default=0, help_text='Weight in lists and ties; editorial, not measured')),
                ('detailed', models.BooleanField(default=False)),
                ('listed', models.BooleanField(default=True, help_text='False once the national list drops it; never deleted')),
                ('sort_key', models.TextField(db_collation='C', editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='ProcedureCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('name_vi', models.CharField(max_length=300)),
                ('name_en', models.CharField(blank=True, max_length=300)),
                ('condition', models.TextField(blank=True, help_text='When this case applies, in words')),
                ('position', models.PositiveSmallIntegerField()),
                ('term_value', models.PositiveSmallIntegerField(null=True)),
                ('term_unit', models.CharField(blank=True, choices=[('same_day', 'Same Day'), ('working_hour', 'Working Hour'), ('working_day', 'Working Day'), ('calendar_day', 'Calendar Day')], max_length=12)),
                ('term_cutoff', models.TimeField(help_text='Received later than this: counted from the next working day', null=True)),
                ('term_rule', models.TextField(blank=True)),
                ('term_certain', models.BooleanField(default=False)),
                ('form_key', models.CharField(help_text='Key of the electronic form, when there is one', max_length=60, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Sector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=80, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('sort_key', models.TextField(db_collation='C', editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='CatalogueState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stamp', models.BigIntegerField(default=0)),
                ('stream', models.UUIDField(default=uuid.uuid4)),
                ('event_seq', models.IntegerField(default=0)),
                ('event_hash', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00', max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='catalogue_state_one_row')],
            },
        ),
        migrations.CreateModel(
            name='PaperReplacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='Row of the imported list, from 1')),
                ('national_code', models.CharField(db_index=True, max_length=8)),
                ('procedure_name', models.TextField()),
                ('document', models.TextField(blank=True)),
                ('database', models.TextField(blank=True)),
                ('owner', models.TextField(blank=True)),
                ('instrument', models.TextField(blank=True)),
                ('article', models.TextField(blank=True)),
                ('certain', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('number',), name='paper_replacement_number')],
            },
        ),
        migrations.CreateModel(
            name='LifeEventProcedure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('life_event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='catalogue.lifeevent')),
                ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='catalogue.procedure')),
            ],
        ),
        migrations.AddField(
            model_name='lifeevent',
            name='procedures',
            field=models.ManyToManyField(related_name='life_events', through='catalogue.LifeEventProcedure', to='catalogue.procedure'),
        ),
        migrations.CreateModel(
            name='Fee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('channel', models.CharField(blank=True, choices=[('counter', 'Counter'), ('online', 'Online'), ('post', 'Post')], max_length=8)),
                ('amount', models.PositiveBigIntegerField(help_text='Đồng', null=True)),
                ('per', models.CharField(blank=True, help_text='Unit: lần, bản, trang, người …', max_length=60)),
                ('formula', models.JSONField(help_text='e.g. {"first_pages": 2, "first": 2000, "then": 1000, "cap": 200000}', null=True)),
                ('rule', models.TextField(blank=True)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('certain', models.BooleanField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fees', to='catalogue.procedurecase')),
            ],
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=80)),
                ('name', models.TextField()),
                ('originals', models.PositiveSmallIntegerField(default=0)),
                ('copies', models.PositiveSmallIntegerField(default=0)),
                ('required', models.BooleanField()),
                ('condition', models.TextField(blank=True)),
                ('form_no', models.CharField(blank=True, max_length=120)),
                ('replaced_by', models.CharField(help_text='The database that makes the paper unnecessary', max_length=200, null=True)),
                ('channel', models.CharField(blank=True, choices=[('counter', 'Counter'), ('online', 'Online'), ('post', 'Post')], max_length=8)),
                ('by_form', models.BooleanField(default=False, help_text='The declaration itself: the electronic form takes its place')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='components', to='catalogue.procedurecase')),
            ],
        ),
        migrations.CreateModel(
            name='ProcedureVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('published_at', models.DateTimeField(null=True)),
                ('definition', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('source', models.TextField(blank=True)),
                ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='catalogue.procedure')),
            ],
        ),
        migrations.AddField(
            model_name='procedurecase',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='catalogue.procedureversion'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='current_version',
            field=models.ForeignKey(help_text='Null: only in the index', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.procedureversion'),
        ),
        migrations.CreateModel(
            name='LegalBasis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('number', models.CharField(max_length=60)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_bases', to='catalogue.procedureversion')),
            ],
            options={
                'verbose_name_plural': 'legal bases',
            },
        ),
        migrations.CreateModel(
            name='ResultKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.TextField()),
                ('code', models.CharField(blank=True, max_length=20)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='catalogue.procedureversion')),
            ],
        ),
        migrations.AddField(
            model_name='procedure',
            name='sector',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='procedures', to='catalogue.sector'),
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('full', 'Full'), ('partial', 'Partial'), ('information', 'Information'), ('unknown', 'Unknown')], max_length=12)),
                ('active', models.BooleanField(default=True)),
                ('valid_from', models.DateField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='services', to='organisations.agency')),
                ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='services', to='catalogue.procedure')),
            ],
        ),
        migrations.AddConstraint(
            model_name='lifeeventprocedure',
            constraint=models.UniqueConstraint(fields=('life_event', 'procedure'), name='life_event_procedure_once'),
        ),
        migrations.AddConstraint(
            model_name='fee',
            constraint=models.UniqueConstraint(fields=('case', 'position'), name='fee_position'),
        ),
        migrations.AddConstraint(
            model_name='fee',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='fee_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='component',
            constraint=models.UniqueConstraint(fields=('case', 'key'), name='component_key'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.UniqueConstraint(fields=('procedure', 'number'), name='procedure_version_number'),
        ),
        migrations.AddConstraint(
            model_name='procedurecase',
            constraint=models.UniqueConstraint(fields=('version', 'key'), name='procedure_case_key'),
        ),
        migrations.AddConstraint(
            model_name='procedurecase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('term_unit', ''), ('term_value', None)), models.Q(('term_value__gt', 0), models.Q(('term_unit', ''), _negated=True)), _connector='OR'), name='procedure_case_term_has_unit'),
        ),
        migrations.AddConstraint(
            model_name='legalbasis',
            constraint=models.UniqueConstraint(fields=('version', 'number'), name='legal_basis_once'),
        ),
        migrations.AddConstraint(
            model_name='resultkind',
            constraint=models.UniqueConstraint(fields=('version', 'position'), name='result_kind_position'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('national_code__regex', '^[1-6]\\.\\d{6}$')), name='procedure_code_form'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.UniqueConstraint(fields=('agency', 'procedure'), name='service_once'),
        ),
        migrations.RunSQL(IMMUTABLE, MUTABLE),
    ]
