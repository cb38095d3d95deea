"""Bundles: records taken out of the log so that a stranger can check them without this program.

``contents.py`` gathers what belongs to a record, ``bag.py`` lays it out as BagIt (RFC 8493), ``packing.py``
writes the ZIP and reads foreign ones warily, ``check.py`` verifies, and so does ``verify.sh`` with openssl
and coreutils alone.
"""
