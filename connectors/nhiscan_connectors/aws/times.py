"""Times as AWS writes them: see `nhiscan_connectors.common.times`."""

from nhiscan_connectors.common.times import moment

__all__ = ["moment"]
