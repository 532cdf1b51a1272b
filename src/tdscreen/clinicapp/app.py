"""The script that the server has Streamlit run for every look at a page."""

from tdscreen.clinicapp.page import show

show()
