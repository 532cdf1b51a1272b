"""How far the parts of the face move, measured from the picture itself."""
