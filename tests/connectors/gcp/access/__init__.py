"""Access in Google Cloud."""
