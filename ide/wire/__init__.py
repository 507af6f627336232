"""Shapes that cross the socket and the HTTP API. Imports nothing of ours. PROTOCOL.md has the numbered rules."""
