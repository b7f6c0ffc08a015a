"""Fields of answers that may be damaged: see `nhiscan_connectors.common.fields`."""

from nhiscan_connectors.common.fields import Fields, table, text

__all__ = ["Fields", "table", "text"]
