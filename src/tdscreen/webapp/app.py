"""The script that ``tdscreen app`` has Streamlit run; ``streamlit_app.py`` does the same in a checkout."""

from tdscreen.webapp.page import show

show()
