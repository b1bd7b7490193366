"""National registers of the demo: what they know of the invented people, and how they behave on a bad day."""
