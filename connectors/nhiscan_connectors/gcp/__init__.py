"""The Google Cloud connector."""

from nhiscan_connectors.gcp.connector import GcpConnector

__all__ = ["GcpConnector"]
