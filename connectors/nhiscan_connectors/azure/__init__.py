"""Microsoft Entra and Azure: identities of the directory, and what they may do in it and in subscriptions."""

from nhiscan_connectors.azure.connector import AzureConnector

__all__ = ["AzureConnector"]
