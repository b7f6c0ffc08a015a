"""IdentityGraph: who and what there is, and what connects them, over one networkx multigraph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import networkx as nx

from nhiscan.model import Record

NodeType: TypeAlias = Literal[
    "identity",
    "group",
    "credential",
    "workload",
    "secret",
    "scope",
    "owner",
    "federation_provider",
    "outside_identity",
    "everyone",
    "service",
    "administration",
    "model",
    "tool",
    "other",
]


class Edge(Record, frozen=True, kw_only=True):
    """One relation, as the graph holds it."""

    source: str
    target: str
    kind: str
    """"has_credential", "member_of", "runs_as", "can_become", "trusted_by", "owns" ..."""
    reason: str
    """A sentence."""
    answer: str = "allowed"
    conditions: tuple[str, ...] = ()
    fix: str = ""


class IdentityGraph:
    """Nodes are ids with a type, a name and a provider; edges carry an `Edge` each.

    `graph` is the networkx.MultiDiGraph itself: node attributes `type`, `name`, `provider`; edge attribute `edge`;
    the edge key is the edge's kind and reason, so that the same fact told twice is one edge.
    """

    def __init__(self) -> None:
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()

    def add_node(self, id: str, type: NodeType, name: str, provider: str = "") -> None:
        """Add a node; one that is known with a real type keeps it against a guess of `other`."""
        known = self.graph.nodes.get(id)
        if known is None or known["type"] == "other":
            self.graph.add_node(id, type=type, name=name, provider=provider)

    def add_edge(self, edge: Edge) -> None:
        """Add an edge. An end that is not a node yet becomes one of type `other`."""
        for end in (edge.source, edge.target):
            if end not in self.graph:
                self.graph.add_node(end, type="other", name=end, provider="")
        self.graph.add_edge(edge.source, edge.target, key=(edge.kind, edge.reason), edge=edge)

    def __contains__(self, id: object) -> bool:
        return id in self.graph

    def edges(self) -> Iterator[Edge]:
        """Every edge."""
        edge: Edge
        for _, _, edge in self.graph.edges(data="edge"):
            yield edge

    def out(self, id: str, kind: str = "") -> Iterator[Edge]:
        """Edges that leave a node."""
        edge: Edge
        if id in self.graph:
            for _, _, edge in self.graph.out_edges(id, data="edge"):
                if not kind or edge.kind == kind:
                    yield edge

    def into(self, id: str, kind: str = "") -> Iterator[Edge]:
        """Edges that reach a node."""
        edge: Edge
        if id in self.graph:
            for _, _, edge in self.graph.in_edges(id, data="edge"):
                if not kind or edge.kind == kind:
                    yield edge

    def name_of(self, id: str) -> str:
        """Name of a node; its id when it has none."""
        node = self.graph.nodes.get(id)
        return str(node["name"]) if node else id
