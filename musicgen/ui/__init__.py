"""The pages: the only package that imports Streamlit. May import everything but Keras."""
