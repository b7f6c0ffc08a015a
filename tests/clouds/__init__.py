"""Emulators of the clouds, for tests over a socket and for the embedded sample estate."""
