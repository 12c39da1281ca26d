"""The printed score as PDF: verovio SVG drawn through reportlab. Imports: rendering."""
