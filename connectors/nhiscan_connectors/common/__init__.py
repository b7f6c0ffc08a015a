"""What connectors share: how evidence is read, whatever provider gave it."""
