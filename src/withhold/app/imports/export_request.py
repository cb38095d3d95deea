"""``withhold export``: how to get the provider's export, and keeping it encrypted (age)."""

import hashlib
from pathlib import Path

from withhold.app.accounts import provider_of
from withhold.app.bootstrap import Services
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import write_atomic


def export_request(services: Services, provider_id: str) -> d.ExportRequestDocument:
    """The steps to the export of a provider, by its pack. Makes no request."""
    provider = provider_of(services, provider_id)
    right = provider.data_rights.get("export")
    stamp = services.stamp()
    steps = ["The pack records no way to an export; look in the provider's help, or ask in writing."]
    if right is not None:
        steps = [right.how, *((f"It comes as: {right.format}.",) if right.format else ())]
        steps += [f"Mind: {right.note}"] if right.note else []
    url = None if right is None or not (right.url or "").startswith("https:") else right.url
    source = None if right is None else next((provider.sources[s].url for s in right.sources), None)
    return d.ExportRequestDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        provider=provider.id,
        url=url,
        steps=(
            *steps,
            "Links to exports end soon: fetch the file as soon as it is there, whole, with all its parts.",
            "Read it in: withhold import FILE. See what was deleted: withhold purge verify FILE.",
            "To keep it: withhold export keep FILE --recipient age1... (then delete the plain file).",
        ),
        source=source,
        next="withhold import FILE",
    )


def export_keep(
    services: Services,
    path: Path,
    target: Path | None,
    *,
    recipients: tuple[str, ...],
    passphrase: str | None,
) -> d.ExportKeptDocument:
    """Write an encrypted copy beside the file (or to ``target``). The plain file stays as it is.

    With a passphrase it is decrypted again and compared. Raises ``UsageProblem`` where the file cannot be
    read, the target is there already, or no way to decrypt it was given.
    """
    if bool(recipients) == (passphrase is not None):
        raise UsageProblem(
            "say who can decrypt it: public keys, or a passphrase",
            next_step="withhold export keep FILE --recipient age1...   (age-keygen makes keys)",
        )
    out = target or path.with_name(f"{path.name}.age")
    if out.exists():
        raise UsageProblem(f"{out} is there already", next_step="name another file with --out")
    try:
        plain = path.read_bytes()
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be read: {problem.strerror}") from problem
    data, verified = _encrypted(plain, recipients, passphrase)
    write_atomic(out, data)
    stamp = services.stamp()
    return d.ExportKeptDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        file=str(out),
        size=len(data),
        sha256=hashlib.sha256(plain).hexdigest(),
        verified=verified,
        notes=(
            "It was decrypted again and is the same."
            if verified
            else "Try to decrypt it with your key before you delete the plain file.",
            f"{path} is still there, readable.",
        ),
    )


def _encrypted(plain: bytes, recipients: tuple[str, ...], passphrase: str | None) -> tuple[bytes, bool]:
    try:
        import pyrage
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem("age is not installed here", next_step="pip install pyrage") from missing
    if passphrase is not None:
        data: bytes = pyrage.passphrase.encrypt(plain, passphrase)
        return data, pyrage.passphrase.decrypt(data, passphrase) == plain
    try:
        keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients]
    except pyrage.RecipientError as wrong:
        raise UsageProblem(f"not a public key of age: {wrong}", next_step="it begins with age1") from wrong
    return pyrage.encrypt(plain, keys), False


def first_line(path: Path) -> str:
    """A passphrase from a file. Raises ``UsageProblem`` where there is none."""
    try:
        line = path.read_text("utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageProblem(f"{path} cannot be read") from problem
    if not line:
        raise UsageProblem(f"{path} holds no passphrase in its first line")
    return line
