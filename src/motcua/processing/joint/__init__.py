"""Joint dossiers at work: a received request opens its parts, and follows them.

The whole and its parts are dossiers. A part is worked on like any other, by the process of its own procedure; the whole
has no step of its own after receipt, and its status follows from the parts, in the transaction of whatever happens to
one of them. Whoever locks a part has locked the whole before (``dossiers.joint.locking``).
"""
