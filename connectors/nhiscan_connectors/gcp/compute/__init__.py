"""What the services of Google Cloud that run code have in common: accounts, variables, exposure and targets."""
