"""Standard containers of the web: WARC (ISO 28500) in WACZ 1.1.1, and MHTML (RFC 2557).

Writing takes values that are masked already. Reading takes files of anybody: sizes, names and depths are
bounded before anything is unpacked.
"""
