"""Sparkroom's own commands."""
