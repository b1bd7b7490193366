"""For those who set things up: calendars."""
