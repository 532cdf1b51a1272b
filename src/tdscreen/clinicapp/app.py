"""The script that the server has Streamlit run."""
