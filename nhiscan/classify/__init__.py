"""Classification: signals, their weights, and the verdict that they amount to."""

from nhiscan.classify.names import ClassifyConfig, KnownIdentity, NameRule
from nhiscan.classify.verdict import Verdict, classify

__all__ = ["ClassifyConfig", "KnownIdentity", "NameRule", "Verdict", "classify"]
