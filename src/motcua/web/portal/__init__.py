"""For people: find a service, file, follow, receive, verify."""
