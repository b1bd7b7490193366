"""For those who bring procedures online: review rounds, the published list, the Ministry's board."""
