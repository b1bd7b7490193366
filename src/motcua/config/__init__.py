"""Settings, site map, and the one file in which rooms hear of each other."""
