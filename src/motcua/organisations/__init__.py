"""Agencies, their units and posts, who holds them when, and the calendars they work by."""
