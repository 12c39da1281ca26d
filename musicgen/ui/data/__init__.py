"""The Data page: choosing, adding and charting collections. Imports: ui/shared, ui/components."""
