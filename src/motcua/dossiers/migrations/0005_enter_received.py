"""Dossiers received before there was a register get their line: numbered by receipt, year by year."""

from django.db import migrations

ENTER = """
    WITH received AS (
        SELECT id, agency_id, received_at, (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day
          FROM dossiers_dossier WHERE received_at IS NOT NULL)
    INSERT INTO dossiers_registerentry (agency_id, dossier_id, year, number, day)
    SELECT agency_id, id, extract(year FROM day)::smallint,
           row_number() OVER (PARTITION BY agency_id, extract(year FROM day) ORDER BY received_at, id), day
      FROM received;
    INSERT INTO dossiers_daycounter (agency_id, series, day, last)
    SELECT agency_id, 'register', make_date(year, 1, 1), max(number)
      FROM dossiers_registerentry GROUP BY agency_id, year;
"""
LEAVE = """
    DELETE FROM dossiers_registerentry;
    DELETE FROM dossiers_daycounter WHERE series = 'register';
"""


class Migration(migrations.Migration):

    dependencies = [("dossiers", "0004_slip_an_event")]

    operations = [migrations.RunSQL(ENTER, LEAVE)]
