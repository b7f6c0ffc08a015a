"""The estates that can be seeded by name."""

from __future__ import annotations

from tests.clouds.aws.emulator import Emulator
from tests.clouds.aws.seed import Seed


def seed_estate(
    emulator: Emulator, name: str, users: int = 1000, roles: int = 1000, policies: int = 300
) -> dict[str, str]:
    """Seed an estate by name. Gives the environment of a client that may read it, save for the endpoint."""
    match name:
        case "none":
            session = Seed(emulator).account().session()
        case "bench":
            from tests.clouds.aws.bench import bench_estate

            session = bench_estate(Seed(emulator), users=users, roles=roles, policies=policies)
        case "regional":
            from tests.clouds.aws.regional_bench import regional_estate

            session = regional_estate(Seed(emulator))
        case "company":
            from tests.clouds.aws.company import company_estate

            session = company_estate(Seed(emulator)).session
        case _:
            raise ValueError(f"no estate is called {name}; there are none, company, bench and regional")
    return {**client_environment(), **session}


def client_environment() -> dict[str, str]:
    """What keeps an SDK from looking anywhere but at its environment."""
    return {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }
