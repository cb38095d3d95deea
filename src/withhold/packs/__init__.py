"""Provider packs: facts as dated data, with schema, loader and linter."""
