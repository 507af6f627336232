"""How bytes arrive: the room's socket, the HTTP API, pages and previews."""
