"""State in one SQLite file: accounts, observations, conversations. Migrations and backups."""
