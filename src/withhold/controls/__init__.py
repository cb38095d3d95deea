"""Finding, reading and setting a training control in a real browser, with evidence.

``guide`` and ``stance`` are values and rules without a browser. ``browser`` finds and opens one.
``assist`` sets a control private and reads it back; ``inspect`` lists what a page holds.
"""
