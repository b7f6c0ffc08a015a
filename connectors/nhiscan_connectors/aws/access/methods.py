"""The table of escalation methods: one row a set of permissions.

Identifiers such as "lambda-003" in `aliases` are those of the pathfinding.cloud catalogue, those with a "labs:"
prefix of its lab collection, which renumbered some. Rows are facts about AWS; `escalation.py` holds each against
the inventory.
"""

from __future__ import annotations

from nhiscan_connectors.aws.access.method import Method
from nhiscan_connectors.aws.access.methods_ai import AI
from nhiscan_connectors.aws.access.methods_compute import COMPUTE
from nhiscan_connectors.aws.access.methods_iam import IAM
from nhiscan_connectors.aws.access.methods_jobs import JOBS
from nhiscan_connectors.aws.access.methods_other import OTHER

METHODS: tuple[Method, ...] = (*IAM, *COMPUTE, *JOBS, *AI, *OTHER)
"""Every method, in the order in which reasons are given."""
