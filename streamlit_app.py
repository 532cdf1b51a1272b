"""The page of tdscreen, for ``streamlit run streamlit_app.py``."""

from tdscreen.webapp.page import show

show()
