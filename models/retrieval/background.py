"""Everyday sentences that a question is compared with where a collection is still small.

What similarity means can only be seen against texts that do not answer; three passages about one
bakery are no background.
"""

SENTENCES = (
    "A reunião foi adiada para a próxima semana por causa do feriado.",
    "O rio nasce na serra e corta três municípios antes de chegar ao mar.",
    "Instale o aplicativo, abra as configurações e escolha o idioma.",
    "O time venceu a partida por dois a um com gol nos minutos finais.",
    "Misture a farinha com os ovos e leve ao forno por quarenta minutos.",
    "O contrato tem vigência de doze meses e pode ser renovado.",
    "Tome o remédio após as refeições e beba bastante água.",
    "A entrega é feita em até cinco dias úteis após a confirmação do pagamento.",
    "O museu reúne pinturas e esculturas do século dezenove.",
    "As inscrições do curso vão até o fim do mês.",
    "O motor faz um ruído estranho quando o carro está frio.",
    "Plantas de sombra precisam de pouca água no inverno.",
    "The meeting was moved to next week because of the holiday.",
    "The river rises in the hills and crosses three towns before the sea.",
    "Install the application, open the settings and choose the language.",
    "The team won the match two to one with a goal in the last minutes.",
    "Mix the flour with the eggs and bake for forty minutes.",
    "The contract runs for twelve months and can be renewed.",
    "Take the medicine after meals and drink plenty of water.",
    "Delivery takes up to five working days after payment is confirmed.",
    "The museum holds paintings and sculptures of the nineteenth century.",
    "Applications for the course are open until the end of the month.",
    "The engine makes a strange noise when the car is cold.",
    "Shade plants need little water in winter.",
)
