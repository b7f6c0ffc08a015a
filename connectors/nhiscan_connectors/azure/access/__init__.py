"""Access in Entra and Azure: directory roles, application permissions and role assignments, evaluated.

`access` judges the whole inventory, `decide` answers one question layer by layer. How it works, and what was decided:

- A role definition is compiled once into a number whose bits are the actions that judgements look at (`universe`,
  `roles`). What holds at a scope is the sum over the scope and all that it lies in (`effective`), less what deny
  assignments take away (`denies`). At a single resource only actions count that can be done to such a resource.
- Conditions of assignments are taken apart where they have the form that the portal writes (`conditions`): actions
  that they do not name are free. Any other condition binds the whole assignment. An eligible assignment depends on
  its activation.
- "administer" is said of tenants, management groups and subscriptions only. Below them an Owner has the single
  capabilities, and every identity that is hosted there.
- Who may make itself a member of a group holds itself what the group holds, on the condition that it activates it; an
  owner-to-be likewise. Such a membership protects nobody from having a password reset.
- Groups that roles can be assigned to, their members and their owners are out of reach of all but few; where nobody
  told whether a group is one, that is a condition. Restricted administrative units shield their members from whoever
  holds no role in them (`units`). A shield that was not read leaves answers as they are, as deny assignments do.
- Groups hold powers as nodes of their own; members lead to them by one edge each. An identity of its own is judged
  for what several of its groups, or a group and itself, hold only together, and where deny assignments bind it
  otherwise than its groups.
- Up to eight targets are named one by one; more become hubs that follow the tree of scopes (`hubs`), so the number of
  edges grows with the estate.
- A method that fires but finds no host with an identity is `latent`; where workloads were not readable, `unknown`.
- A role whose definition was not read is an unknown grant to administer: never nothing.
- Whoever can assign roles is told as gaining everything hosted in the scope, even where a deny assignment closes some
  of it: what is closed to a role of its own may be open to an identity that it gives the role to.
- A deny assignment that cannot be read leaves answers as they are, for it can only take away; the reason says so.
  `decide` answers `unknown` there.
"""

from __future__ import annotations

from nhiscan_connectors.azure.access.decision import decide
from nhiscan_connectors.azure.access.judge import access
from nhiscan_connectors.azure.access.readers import readers
from nhiscan_connectors.azure.access.tighten import tighten

__all__ = ["access", "decide", "readers", "tighten"]
