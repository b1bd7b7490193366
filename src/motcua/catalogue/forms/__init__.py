"""The electronic forms of procedures: who may write them, what is being written, and its publication."""
