"""Routes of the emulator: each module registers its own with the decorators of `tests.clouds.azure.routing`."""
