"""nhiscan's own connectors, found by entry point like anybody's."""
