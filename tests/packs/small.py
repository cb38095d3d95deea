"""A small pack without any problem, and changes to it by line."""

SMALL = """\
id: example
name: Example
compiled_on: 2026-01-31
stance:
  stance: unknown
kinds:
  chat: [talk]
products:
  - id: talk
    name: Talk
    plans:
      - id: talk-consumer
        name: Talk for persons
        plan_class: consumer
        tiers: [Free]
        terms:
          - id: talk-old
            effective_from: unknown
            effective_until: 2025-08-27
            training: never
            confidence: uncertain
            sources: [page]
          - id: talk-new
            effective_from: 2025-08-28
            regions: [all]
            training: asked
            retention:
              training_on: five-years
            exceptions: [rated]
            confidence: uncertain
            sources: [page]
            last_checked: 2026-01-30
training_rules:
  never:
    allowed: no
  asked:
    allowed: unless_off
    control_id: switch
retention_rules:
  five-years:
    kind: fixed
    duration: P5Y
exceptions:
  rated:
    kind: feedback
    effect: trains_even_when_off
    confidence: uncertain
    sources: [page]
controls:
  - id: switch
    name: The switch
    kind: web_setting
    labels:
      - lang: en
        text: Off
        confidence: uncertain
        sources: [page]
    polarity: on_means_sharing
    plans: [talk-consumer]
    confidence: uncertain
    sources: [page]
other_routes:
  - id: letter
    kind: email
    what_it_does: Asks.
    confidence: uncertain
    sources: [page]
data_rights:
  export:
    how: Ask.
    confidence: uncertain
    sources: [page]
timeline:
  - date: 2025-08
    date_kind: announced
    event: Something was said.
    confidence: uncertain
    sources: [page]
uncertainties:
  - text: Much.
    sources: [page]
sources:
  page:
    url: https://example.org/terms
    title: Terms
    quote: We may.
"""


def line_of(piece: str, *, nth: int = 1) -> int:
    """The line (from one) of the nth line that holds ``piece``."""
    found = [n for n, line in enumerate(SMALL.splitlines(), 1) if piece in line]
    return found[nth - 1]


def changed(line: int, *instead: str) -> bytes:
    """The pack with one line replaced by other lines (by none: taken out)."""
    lines = SMALL.splitlines()
    lines[line - 1 : line] = instead
    return ("\n".join(lines) + "\n").encode()
