"""What goes over the wire, as values: exchanges, events, JSON, JSON Schema, forms of secrets. Pure."""
