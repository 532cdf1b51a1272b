"""The card as a web page, a PDF and tables."""
