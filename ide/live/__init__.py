"""Rooms that are open now."""
