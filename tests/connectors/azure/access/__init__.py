"""Tests of the evaluator of Entra and Azure."""
