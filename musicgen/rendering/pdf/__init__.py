"""Printed pages as PDF: verovio's SVG, drawn by reportlab. Imports: rendering.svg."""
