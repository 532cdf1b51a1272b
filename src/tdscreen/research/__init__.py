"""Files that researchers' own tools open: poses for ``movement``, described tables, CDISC rows of ratings."""
