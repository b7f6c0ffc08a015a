"""Access in Google Cloud: allow policies, deny policies and principal access boundaries, evaluated.

`access` judges the whole inventory, `decide` answers one question layer by layer. How it works, and what was decided:

- A role is compiled once into a number whose bits are the permissions that judgements look at (`universe`, `roles`).
  What holds at a place is the sum over the place and all that it lies in (`places`, `effective`), less what deny
  policies take away (`denies`). On a single resource only permissions count that can be used on such a resource.
- Roles whose definitions were not read are known by reference where they matter most (`reference_roles`), and their
  sentences say so. Any other is an unknown grant: never nothing.
- Conditions are read by a small parser with limits (`expressions`) and judged for each permission: what the type or the
  service of a resource settles is settled. The clock is not known, so what holds for a time only is conditional. Who
  may give out some roles only is no administrator: it holds those roles, if it gives them to itself (`conditions`).
- A deny rule with a condition, or one that could not be read, makes conditional what it may take away. Rules for all
  principals of a project, folder or organization, of a pool or a domain bind by what a principal is (`principals`).
- A principal access boundary moves bindings down to where it lets act (`boundaries`). All permissions count as bound,
  although older enforcement versions leave some alone.
- "administer" is said of organizations, folders and projects only.
- Groups, domains, pools as a whole and basic-role members ("projectOwner:...") hold powers as nodes of their own, and
  members lead to them. A principal of its own is judged for what several of its sets hold only together, and where
  something limits it otherwise than its sets. Principals that only policies name are judged as well; "*" is anybody.
- To attach an account to something takes `iam.serviceAccounts.actAs` on the account and the rest in its project. Where
  the rest is held in another project only, it is conditional.
- Up to eight targets are named one by one; more become hubs that follow the hierarchy (`hubs`), so the number of edges
  grows with the estate. Delegation leads to a node of the account, which leads on to whose tokens that one may get.
- A method that fires but finds nothing with an identity is `latent`; where workloads were not readable, `unknown`.
"""

from __future__ import annotations

from nhiscan_connectors.gcp.access.decision import decide
from nhiscan_connectors.gcp.access.judge import access
from nhiscan_connectors.gcp.access.readers import readers
from nhiscan_connectors.gcp.access.tighten import tighten

__all__ = ["access", "decide", "readers", "tighten"]
