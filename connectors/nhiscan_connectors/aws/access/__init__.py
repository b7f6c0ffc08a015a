"""AWS access: what IAM policies let each identity do, and what it can become by them.

`access` judges the whole inventory, `decide` answers one question layer by layer. How it works, and what was
decided:

- A policy document is compiled once (`document`), policies that apply together form a layer once (`layers`), and the
  combination of own policies, boundary and organization limits forms a profile once (`estate`). All judgements are
  made per profile and handed to every identity that shares it; only statements with policy variables or conditions on
  the caller are looked at again for each identity.
- Resources are found by sorted ARN and literal prefix or suffix of the pattern (`aims`), so a pattern looks at what
  it may match and not at everything.
- Edges: up to eight targets are named one by one; more become one edge to a hub ("any user of account ...") that is
  shared by all who reach the same targets and has one edge to each (`hubs`). Reach and paths stay exact, and the
  number of edges grows with the estate.
- Cost is bounded even where very many identities have different statements with very many targets each: what is beyond
  the bound becomes an edge of answer `unknown`, never none (`Hubs.afford`).
- Methods that fire but for a thing that is not there are `latent`, told once for each missing thing.
- An identity that is an administrator gets the Grant `administer` and no escalations within its account, for it gains
  nothing by them. Roles of other accounts that it may assume are still told.
- A policy of the identity itself, or its boundary, that was not read or is malformed makes what it decides `unknown`,
  unless what was read proves administration. A malformed document is also a Gap that names the policy and what is
  wrong.
- Organization limits (service control policies) that were not readable leave answers as they are, because they can
  only take away: saying that an identity has a power that a limit may remove is the safe side. Each such reason says
  that the limits were not readable. `decide` answers `unknown` there, for it is asked for one exact answer.
- Values that a caller chooses (region, request tags, `iam:PassedToService` as the method needs it) are taken as
  chosen so that the power works; keys that it does not choose (MFA, network, organization) make an answer
  `conditional`.
"""

from __future__ import annotations

from nhiscan_connectors.aws.access.decision import decide
from nhiscan_connectors.aws.access.judge import access
from nhiscan_connectors.aws.access.readers import readers
from nhiscan_connectors.aws.access.tighten import tighten

__all__ = ["access", "decide", "readers", "tighten"]
