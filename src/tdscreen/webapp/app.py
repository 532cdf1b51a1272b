"""The script that ``tdscreen app`` has Streamlit run; ``streamlit_app.py`` does the same in a checkout."""

from tdscreen.webapp.page import show

if __name__ == "__main__":
    # A process that multiprocessing starts reads this file again, under another name.
    show()
