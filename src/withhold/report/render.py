"""Which document is shown how in a terminal."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, structs
from rich.console import Console

from withhold.report import documents as d
from withhold.report.text import (
    advise,
    apply,
    controls,
    demo,
    evidence,
    exposure,
    findings,
    gateway,
    index,
    letters,
    local,
    machine,
    product,
    purge,
    simple,
    sitting,
    spot,
    terms,
    timeline,
    tools,
    updates,
    watch,
    whatif,
)
from withhold.support.terminal import visible

RENDERERS: dict[type[Struct], Callable[[Console, Any], None]] = {
    d.ScanDocument: machine.scan,
    d.ApplyDocument: apply.apply,
    d.UndoDocument: apply.undone,
    d.ApplyRunsDocument: apply.runs,
    d.ManagedDocument: apply.managed,
    d.ToolShowDocument: tools.tool,
    d.ScanHomesDocument: machine.homes,
    d.ImportDocument: simple.importing,
    d.ExposureDocument: exposure.exposure,
    d.LedgerPage: exposure.page,
    d.ExplainDocument: exposure.explain,
    d.FindingsDocument: findings.findings,
    d.AdviseDocument: advise.advise,
    d.WhatIfDocument: whatif.whatif,
    d.TimelineDocument: timeline.timeline,
    d.WatchTermsDocument: terms.watch_terms,
    d.LetterDocument: letters.letter,
    d.LettersDocument: letters.letters,
    d.OptOutDocument: simple.optout,
    d.OptOutAllDocument: sitting.optout_all,
    d.InspectDocument: controls.inspect,
    d.SpotDocument: spot.spot,
    d.EvidenceListDocument: evidence.listing,
    d.EvidenceVerifyDocument: evidence.verified,
    d.EvidenceFsckDocument: evidence.checked,
    d.EvidenceStampDocument: evidence.stamped,
    d.EvidenceAuthoritiesDocument: evidence.authorities,
    d.EvidenceKeyDocument: evidence.keys,
    d.EvidenceHandoutDocument: evidence.handed_out,
    d.EvidenceBundleDocument: evidence.bundled,
    d.EvidenceReportDocument: evidence.reported,
    d.IndexExportDocument: index.export,
    d.IndexCheckDocument: index.check,
    d.AccountDocument: simple.accounts,
    d.StatusDocument: simple.status,
    d.PacksListDocument: simple.packs_list,
    d.PacksLintDocument: simple.packs_lint,
    d.PacksCoverageDocument: simple.packs_coverage,
    d.PackShowDocument: simple.packs_show,
    d.PacksSignDocument: updates.packs_sign,
    d.PacksUpdateDocument: updates.packs_update,
    d.PacksDiffDocument: simple.packs_diff,
    d.DemoDocument: demo.demo,
    d.ExportKeptDocument: purge.export_kept,
    d.ExportRequestDocument: purge.export_request,
    d.PurgeAccountDocument: purge.account,
    d.PurgeLocalDocument: purge.local,
    d.PurgeVerifyDocument: purge.verified,
    d.PurgeListDocument: purge.listing,
    d.PurgeRunDocument: purge.run,
    d.PurgePlanDocument: purge.plan,
    d.LocalFitDocument: local.fit,
    d.LocalGetDocument: local.got,
    d.LocalProveDocument: local.proved,
    d.LocalEndpointsDocument: local.endpoints,
    d.LocalServeDocument: local.serving,
    d.LocalConfigDocument: local.config,
    d.WatchSetDocument: watch.chosen,
    d.WatchInstallDocument: watch.installed,
    d.WatchStatusDocument: watch.status,
    d.WatchRunDocument: watch.run,
    d.GatewayCheckDocument: gateway.check,
    d.GatewayTokensDocument: gateway.tokens,
    d.GatewayAuditDocument: gateway.audit,
    d.GatewayEnvDocument: gateway.env,
    d.GatewayInitDocument: gateway.written,
    d.GatewayKeyDocument: gateway.key,
    d.GatewayRevokeDocument: gateway.revoked,
    d.GatewayAuditVerifyDocument: gateway.verified,
    d.UiDocument: product.ui,
    d.BackupDocument: product.backup,
    d.RestoreDocument: product.restore,
    d.ForgetDocument: product.forget,
    d.DoctorDocument: product.doctor,
    d.CompletionDocument: product.completion,
}


def print_document(document: Struct, console: Console) -> None:
    """Print ``document`` for people. Nothing that a name in it holds reaches the terminal as a command."""
    RENDERERS[type(document)](console, _visible(document))


def _visible(value: Any) -> Any:
    """A copy in which every text is fit for a terminal."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Struct):
        fields = value.__struct_fields__
        return structs.replace(value, **{field: _visible(getattr(value, field)) for field in fields})
    if isinstance(value, tuple | list):
        return type(value)(map(_visible, value))
    if isinstance(value, dict):
        return {_visible(key): _visible(part) for key, part in value.items()}
    return value
