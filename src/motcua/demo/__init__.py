"""A demo province whose past year was lived through the same actions."""
