"""A bakery's price list in Portuguese, as the PDF that a technician uploads."""

from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

PRICES = {
    "Pão francês (kg)": "R$ 18,90",
    "Pão de queijo recheado": "R$ 7,50",
    "Bolo de cenoura com chocolate": "R$ 42,00",
    "Torta de palmito": "R$ 64,90",
    "Coxinha de frango": "R$ 8,00",
    "Brigadeiro de pistache": "R$ 5,25",
    "Sonho de creme": "R$ 9,80",
    "Empada de camarão": "R$ 12,30",
    "Rosca de coco": "R$ 23,40",
    "Pudim de leite": "R$ 37,60",
    "Quindim": "R$ 6,70",
    "Suco de laranja (500 ml)": "R$ 11,90",
}
DELIVERY = "Entregamos de terça a domingo, das 8h às 18h, em até 5 km. A taxa de entrega é R$ 6,00."


def price_list(path: Path) -> Path:
    """Write the PDF and return its path."""
    styles = getSampleStyleSheet()
    table = Table([["Produto", "Preço"], *PRICES.items()], hAlign="LEFT")
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey)]))
    story = [
        Paragraph("Padaria Aurora: tabela de preços", styles["Title"]),
        Paragraph("Preços válidos até dezembro.", styles["BodyText"]),
        Spacer(1, 12),
        table,
        Spacer(1, 12),
        Paragraph("Entrega", styles["Heading2"]),
        Paragraph(DELIVERY, styles["BodyText"]),
    ]
    SimpleDocTemplate(str(path), pagesize=A4, title="Tabela de preços").build(story)
    return path
