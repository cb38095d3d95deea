"""Reading what tools keep on a computer: paths, files of every format, the registry. Never writes."""
