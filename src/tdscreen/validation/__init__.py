"""A model held against ratings: what a reviewer of such a study asks for. Needs the extra ``train``."""
