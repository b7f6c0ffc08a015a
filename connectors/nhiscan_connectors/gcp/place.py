"""Where a shard stands in an organization, and what planning found out about it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan.connector import Shard
from nhiscan_connectors.gcp.names import container, project_scope

Part: TypeAlias = Literal["estate", "project"]
ANY: Final = "*"
"""Stands for the enabled services where they could not be listed: each is then asked."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One organization, folder or project that is swept as a whole (an estate), or one project in it."""

    part: Part
    root: str
    """What is scanned: "organizations/123", "folders/45", "projects/pay-prod"."""
    project: str = ""
    """Id of the project of a project's shard."""
    number: str = ""
    """Its number, where it is known."""
    swept: bool = False
    """Whether Cloud Asset Inventory tells of the estate. Where it does not, each project is asked by itself."""
    services: frozenset[str] = frozenset({ANY})
    """Services that are enabled in the project, without their domain: "aiplatform"."""

    @classmethod
    def of(cls, shard: Shard) -> Place:
        """The place that a shard's options tell."""
        options = shard.options
        return cls(
            part="project" if shard.part == "project" else "estate",
            root=options.get("root", ""),
            project=options.get("project", ""),
            number=options.get("number", ""),
            swept=options.get("swept") == "yes",
            services=frozenset(options.get("services", ANY).split(",")) - {""},
        )

    def shard(self) -> Shard:
        """The shard that stands here."""
        options = {"root": self.root, "swept": "yes" if self.swept else "no"}
        if self.part == "project":
            options |= {"project": self.project, "number": self.number, "services": ",".join(sorted(self.services))}
        scope = project_scope(self.project) if self.part == "project" else container(self.root)
        return Shard(connector="gcp", scope=scope, part=self.part, options=options)

    @property
    def fields(self) -> dict[str, str]:
        """What fills the fields of a path by itself. A project is asked by its number where only that is known."""
        return {"project": self.project, "number": self.number or self.project, "root": self.root}

    def enabled(self, service: str) -> bool:
        """Whether a service may be in use in the project."""
        return ANY in self.services or service in self.services
