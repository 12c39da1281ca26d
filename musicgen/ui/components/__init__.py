"""Custom Streamlit components: roll player, piano, live curves. Imports: ui/shared."""
