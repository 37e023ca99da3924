"""Importers: export files to raw posts, one row at a time, whatever their size."""
