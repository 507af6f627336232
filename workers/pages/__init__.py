"""Page checks: a room's page, opened in a headless browser and told about."""
