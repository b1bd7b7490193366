"""A demo province whose past two years were lived through the same actions."""
