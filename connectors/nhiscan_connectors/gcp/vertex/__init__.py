"""What the services for AI and agents of Google Cloud have in common."""
