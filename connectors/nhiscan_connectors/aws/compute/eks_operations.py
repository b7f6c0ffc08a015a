"""The calls to EKS."""

from __future__ import annotations

from typing import Final

import msgspec

from nhiscan.connector import Operation
from nhiscan_connectors.aws.regional import call

CLUSTERS: Final = call("eks:ListClusters", "lists clusters", "which Kubernetes clusters exist, and what runs in them")
CLUSTER: Final = call(
    "eks:DescribeCluster",
    "reads the roles of a cluster, its issuer of tokens and who can reach its endpoint",
    "what a cluster runs as, which roles trust its service accounts, and who administers it",
)
ENTRIES: Final = call(
    "eks:ListAccessEntries",
    "lists the identities that may sign in to a cluster, and those that administer it",
    "which identities of AWS administer a cluster",
)
ADMIN_POLICY: Final = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
"""Access policy of administrators. Its ARN is the same in all partitions."""

_ROLES = "which roles the pods of a cluster act as"


class Part(msgspec.Struct, frozen=True):
    """A kind of thing that a cluster lists by name, and that has to be read one by one for its role."""

    list: Operation
    key: str
    """Field of the list's answer."""
    field: str
    """Field of an entry that names it; "" where entries are names."""
    describe: Operation
    param: str


POD_IDENTITIES: Final = Part(
    call("eks:ListPodIdentityAssociations", "lists the service accounts that get a role by pod identity", _ROLES),
    "associations",
    "associationId",
    call("eks:DescribePodIdentityAssociation", "reads the roles of a pod identity association", _ROLES),
    "associationId",
)
ADDONS: Final = Part(
    call("eks:ListAddons", "lists the add-ons of a cluster", "which roles the add-ons of a cluster act as"),
    "addons",
    "",
    call("eks:DescribeAddon", "reads the role of an add-on", "which role an add-on acts as"),
    "addonName",
)
NODE_GROUPS: Final = Part(
    call("eks:ListNodegroups", "lists the node groups of a cluster", "which roles the nodes of a cluster act as"),
    "nodegroups",
    "",
    call("eks:DescribeNodegroup", "reads the role of a node group", "which role a node group acts as"),
    "nodegroupName",
)
FARGATE: Final = Part(
    call("eks:ListFargateProfiles", "lists the Fargate profiles of a cluster", "which roles start a cluster's pods"),
    "fargateProfileNames",
    "",
    call("eks:DescribeFargateProfile", "reads the role of a Fargate profile", "which role starts a profile's pods"),
    "fargateProfileName",
)
CAPABILITIES: Final = Part(
    call(
        "eks:ListCapabilities",
        "lists the controllers that EKS runs for a cluster",
        "which roles the controllers of a cluster act as",
    ),
    "capabilities",
    "capabilityName",
    call("eks:DescribeCapability", "reads the role of a controller", "which role a controller acts as"),
    "capabilityName",
)
PARTS: Final = (POD_IDENTITIES, ADDONS, NODE_GROUPS, FARGATE, CAPABILITIES)
ALL: Final = (CLUSTERS, CLUSTER, ENTRIES, *(one for part in PARTS for one in (part.list, part.describe)))
