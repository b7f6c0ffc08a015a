"""Which environment a name or tag speaks of: see `nhiscan_connectors.common.environment`."""

from nhiscan_connectors.common.environment import environment_of

__all__ = ["environment_of"]
