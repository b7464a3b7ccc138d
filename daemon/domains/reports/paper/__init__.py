"""PDF: pages with the brand's own head and foot, tables, charts, invoices. Imported when needed.

Everything here loads reportlab, which the daemon does not want at its start.
"""
