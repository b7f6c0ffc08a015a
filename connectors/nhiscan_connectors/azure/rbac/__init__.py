"""Azure RBAC: roles, who holds them, who is denied what, and the tree of scopes that they hold in.

How it is asked, and why. The tenant's shard asks Resource Graph twice: for the tree of management groups (the chain
above a subscription is told to whoever may read the subscription) and for all roles, built-in and custom. Where
Resource Graph is refused, Azure's own lists are read instead.

Assignments are never taken from Resource Graph. It tells only of what the scanner may read and says nothing of the
rest, so an empty answer and a forbidden one look alike; it lags behind; and it saves nothing: a subscription holds at
most 4,000 assignments, so 50,000 of them are at least 13 subscriptions, 50 pages of 1,000 either way. A list a
subscription is exact, and one that refuses is a gap of that subscription only.

Every subscription also shows what it inherits. Its shard tells of what is assigned in it; what is assigned above is
told once, by the tenant's shard, which asks at each management group that holds subscriptions or stands at the end of
a branch (at one of its subscriptions, where the scanner may not read the group itself).

Requests: for each subscription one list of custom roles, of assignments, of deny assignments, of eligible and of
active schedules and of classic administrators, each with its further pages; for each such place above, four more; for
the tenant two.
"""
