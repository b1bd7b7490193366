"""Forms on screen: writing one, trying it, comparing, publishing, and the library of blocks."""
