"""The clinic's pages: patients, recordings, ratings, and what tdscreen estimated beside them."""
