"""Starting, watching and stopping Motcua on one machine: ``motcua run`` and everything under it.

Nothing here imports Django except :mod:`motcua.runtime.prepare`, which is a process of its own.
"""
