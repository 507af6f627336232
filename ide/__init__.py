"""Sparkroom's web process."""
