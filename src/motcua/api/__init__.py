"""For other systems: the public catalogue as JSON."""
