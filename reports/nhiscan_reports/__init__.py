"""nhiscan's own reports, found by entry point like anybody's."""
