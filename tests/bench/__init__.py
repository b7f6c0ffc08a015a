"""Benchmarks: `make bench`. They print; they never pass or fail a test."""
