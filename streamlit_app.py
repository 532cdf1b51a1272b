"""The page of tdscreen, for ``streamlit run streamlit_app.py``."""

from tdscreen.webapp.page import show

if __name__ == "__main__":
    show()
