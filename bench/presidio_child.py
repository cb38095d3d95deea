"""What Presidio's recognisers by pattern find: texts as JSON on stdin, spans and seconds as JSON on stdout.

Runs in an environment of its own. No model of language is loaded: names of people are another bench, and
words beside a value raise no score here.
"""

import json
import sys
import time

from presidio_analyzer import predefined_recognizers as known

NAMES = (
    "Email", "Iban", "CreditCard", "Phone", "UsSsn", "Nhs", "PlPesel", "Ip", "CaSin",
)  # fmt: skip


def main() -> None:
    """Reads, searches, writes."""
    recognisers = [getattr(known, f"{name}Recognizer")() for name in NAMES]
    texts = json.load(sys.stdin)
    started = time.perf_counter()
    found = [
        [
            (hit.start, hit.end, hit.score)
            for each in recognisers
            for hit in each.analyze(text, each.supported_entities, None)
        ]
        for text in texts
    ]
    json.dump({"seconds": time.perf_counter() - started, "found": found}, sys.stdout)


main()
