"""The script that the server has Streamlit run for every look at the recorder."""

from tdscreen.patientapp.page import show

if __name__ == "__main__":
    # A process that multiprocessing starts reads this file again, under another name.
    show()
