"""Stand-ins for what a demo cannot have: an identity provider, national registers and a mail server."""
