"""Governance: who answers for an identity, and what the company's own policies ask of it."""
