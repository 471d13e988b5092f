"""Which tier and why; ABC, 80/20, RFM, credit, composition: facts in, evidence out."""
