"""What the tool says about an examination, as one immutable record and as JSON."""
