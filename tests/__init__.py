"""The tests: one folder per room, and `repo` and `packaging` for the project itself."""
