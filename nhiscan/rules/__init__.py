"""nhiscan's own rules. Each module holds one, as `RULE`, and is named by its id."""
