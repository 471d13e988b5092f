"""Files people write by hand, checked by pydantic and built into values of the model."""
