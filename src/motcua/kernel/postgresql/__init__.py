"""Django's backend for PostgreSQL, with what it does for every request made cheaper (``DATABASES["ENGINE"]``)."""
