"""Where the gateway's files lie, and what it is configured with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.gateway.config import Config, RouteConfig, read_config
from withhold.gateway.hosts import Host, known_hosts
from withhold.gateway.standing import Standing, standing
from withhold.gateway.tokens import TokenFile
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir, write_atomic

KEYRING = "withhold gateway"
TEMPLATE = """\
# What may go where. 'withhold gateway check' shows what this comes to.
port = 8787

# names = true       # a small model on this machine also looks for names of people and addresses of homes and
                     # counts them as personal; it misses some: pip install 'withhold[pii-model]'
# not_names = ["Jenkins"]

# One way out each. terms is PROVIDER/PLAN of a pack ('withhold packs show anthropic'), or "local".
# key: "keyring" ('withhold gateway key anthropic' puts it there), or "env:NAME".
[[route]]
id = "anthropic"
upstream = "https://api.anthropic.com"
terms = "anthropic/claude-api-direct"
speaks = ["anthropic"]
models = ["claude-*"]
key = "keyring"

[[route]]
id = "openai"
upstream = "https://api.openai.com/v1"
terms = "openai/openai-api-paid"
speaks = ["openai"]
key = "keyring"

# A model on this machine ('withhold local serve'); it answers what a rule keeps local.
# [[route]]
# id = "local"
# upstream = "http://127.0.0.1:8766"
# terms = "local"
# speaks = ["openai", "anthropic"]
# model = "the name it serves"
# key = "keyring"    # the token that 'withhold local serve' prints: withhold gateway key local
# on_my_word = true  # only for a server that does not tell where its models run (LM Studio, a Unix socket)

# Every rule that matches a request holds. Without a rule that matches, nothing is sent.
[[rule]]
clients = ["*"]
projects = ["*"]
require = ["no-training", "retention <= 30d"]
# allow | redact (placeholders, put back in the answer) | local | refuse
found = { secrets = "refuse", personal = "redact", unread = "refuse" }
"""


@dataclass
class Places:
    """The gateway of one state. ``config_path`` is the person's file, or the one in the state's folder."""

    services: Services
    given: Path | None = None

    @property
    def folder(self) -> Path:
        return self.services.home.root / "gateway"

    @property
    def config_path(self) -> Path:
        return self.given or self.folder / "gateway.toml"

    @property
    def audit(self) -> Path:
        return self.folder / "audit"

    @property
    def tokens(self) -> TokenFile:
        return TokenFile(self.folder / "tokens.json")

    @cached_property
    def config(self) -> Config:
        return read_config(self.config_path)

    @cached_property
    def hosts(self) -> Mapping[str, Host]:
        """Which hosts speak for which plans: of the packs, and of the person's own ``packs/routes``."""
        return known_hosts(self.services.home.packs / "routes" / "hosts.yaml")

    @property
    def database(self) -> str | None:
        """Address of the PostgreSQL that several gateways share; ``None`` where files do."""
        said = self.config.database
        if said is None or not said.startswith("env:"):
            return said
        found = self.services.environ.get(said.removeprefix("env:"))
        if not found:
            raise EnvironmentProblem(f"the variable {said[4:]}, which names the database, is not set")
        return found

    def prepare(self) -> Path:
        """Make the folder, for its owner alone."""
        self.services.home.prepare()
        return private_dir(self.folder)

    def standings(self) -> dict[str, Standing]:
        """What the terms of each route come to now."""
        now = self.services.clock()
        return {
            route.id: standing(
                route, self.services.packs, self.hosts, now=now, max_age_days=self.config.max_terms_age_days
            )
            for route in self.config.route
        }

    def key(self, route: RouteConfig) -> str | None:
        """The secret of a route: from the environment or the keyring."""
        if route.key.startswith("env:"):
            return self.services.environ.get(route.key.removeprefix("env:"))
        return self._from_ring(route.account or route.id)

    @staticmethod
    def _from_ring(name: str) -> str | None:
        from keyring.errors import KeyringError

        from withhold.evidence.keys import system_keyring

        ring = system_keyring()
        try:
            return None if ring is None else ring.get_password(KEYRING, name)
        except KeyringError as problem:
            raise EnvironmentProblem(
                f"the keyring did not give out the key of {name}: {problem}", next_step="unlock the keyring"
            ) from problem


def write_template(services: Services, path: Path | None) -> Path:
    """Write a configuration to begin with. Raises ``UsageProblem`` where there is one already."""
    places = Places(services, path)
    target = places.config_path
    if target.exists():
        raise UsageProblem(
            f"{target} is there already", next_step="'withhold gateway check' shows what it says"
        )
    if path is None:
        places.prepare()
    write_atomic(target, TEMPLATE.encode())
    return target


def keep_key(services: Services, route_id: str, secret: str, config: Path | None) -> str:
    """Put a route's key into the system's keyring; says which. Raises ``EnvironmentProblem`` without one."""
    from keyring.errors import KeyringError

    from withhold.evidence.keys import system_keyring

    places = Places(services, config)
    route = next((r for r in places.config.route if r.id == route_id), None)
    if route is None:
        raise UsageProblem(f"no route is called {route_id!r}", next_step="see 'withhold gateway check'")
    if not secret.strip():
        raise UsageProblem("the key is empty", next_step="paste it and press Enter")
    ring = system_keyring()
    instead = f'set key = "env:NAME" for route {route_id} and start the gateway with that variable'
    if ring is None:
        raise EnvironmentProblem("this system has no keyring that keeps secrets", next_step=instead)
    try:
        ring.set_password(KEYRING, route.account or route.id, secret.strip())
    except KeyringError as problem:
        raise EnvironmentProblem(
            f"the keyring did not take the key: {problem}", next_step=instead
        ) from problem
    return ring.name
