"""The report on evidence, as a page and as a PDF: the same values, laid out twice."""
