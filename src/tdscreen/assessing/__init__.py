"""From an examination that waits to its assessment: what the queue's workers do, and how a folder of clips comes in."""
