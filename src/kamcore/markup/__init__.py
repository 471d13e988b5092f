"""XML and JSON in and out: streamed, bounded, with places; no entities, no DTD, no network."""
