"""How a model's text becomes edits: parser → locator → weave → region. Pure; `live/typist.py` performs them."""
