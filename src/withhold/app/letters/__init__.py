"""Letters under data protection law, and their deadlines."""
