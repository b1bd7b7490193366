"""Processes on screen: which procedure follows which, and writing, comparing, publishing and moving dossiers to one."""
