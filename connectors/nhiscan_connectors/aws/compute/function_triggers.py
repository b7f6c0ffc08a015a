"""What starts functions: queues, streams and brokers that Lambda reads for them, and the secrets it reads them with."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.model import Link
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.common.fields import text

MAPPINGS = call(
    "lambda:ListEventSourceMappings",
    "lists the queues, streams and brokers that start functions, and the secrets they are read with",
    "what starts the functions of a region by itself",
)


def triggers(reading: Reading) -> Iterator[Link]:
    """A link from each source to the function that it starts, and one from the function to each secret."""
    for mapping in reading.items(MAPPINGS, "EventSourceMappings", "FunctionArn"):
        function = ":".join(mapping["FunctionArn"].split(":")[:7])  # without version or alias
        name = function.rpartition(":")[2]
        if source := text(mapping.get("EventSourceArn")):
            what = ":".join(part for part in (source.split(":")[2:3] + source.split(":")[5:]) if part)
            off = " when it is switched on" if mapping.get("State") == "Disabled" else ""
            reason = f"what arrives at {what} starts function {name}{off}"
            yield Link(source=source, target=function, kind="triggers", reason=reason)
        for access in reading.within(MAPPINGS, mapping, "SourceAccessConfigurations", subject=function):
            if secret := reading.secret_id(access.get("URI")):
                reason = f"function {name} reads its event source with {secret} ({text(access.get('Type'))})"
                yield Link(source=function, target=secret, kind="reads_secret", reason=reason)
