"""Routes of the emulator: each module answers some services."""
