"""The faces: pages for people, staff, builders and heads."""
