"""Amazon Web Services: accounts, IAM and everything that runs under it."""

from nhiscan_connectors.aws.connector import AwsConnector

__all__ = ["AwsConnector"]
