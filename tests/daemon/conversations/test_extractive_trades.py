"""More trades: a pizzeria, a school, a shop and a hotel, asked the way their customers ask."""

import pytest

from daemon.domains.conversations.domain import Passage
from daemon.domains.conversations.text.compose import Extract, extract
from daemon.domains.conversations.text.question import read

TRADES = {
    "pizzaria": {
        "cardapio.pdf": """Cardápio Pizzaria Forno & Brasa
PIZZAS TRADICIONAIS
Margherita - molho de tomate, mussarela e manjericão
Broto R$ 32,00 Média R$ 48,00 Grande R$ 62,00
Calabresa - calabresa fatiada e cebola
Broto R$ 30,00 Média R$ 45,00 Grande R$ 58,00
Quatro queijos - mussarela, provolone, parmesão e gorgonzola
Broto R$ 36,00 Média R$ 52,00 Grande R$ 68,00
Borda recheada: R$ 10,00
BEBIDAS
Refrigerante lata R$ 6,50
Suco natural 500 ml R$ 12,00
Água mineral R$ 4,00
""",
        "entrega.txt": """Entregamos em um raio de 6 km. A taxa de entrega é de R$ 8,00 até 3 km e
de R$ 12,00 de 3 a 6 km. Pedido mínimo para entrega: R$ 40,00.
O tempo médio de entrega é de 45 a 60 minutos, podendo aumentar nas noites de sexta e sábado.
Funcionamos de terça a domingo, das 18h às 23h30. Segunda-feira não abrimos.
Aceitamos Pix, cartões Visa, Mastercard e Elo, vale-refeição Alelo e Sodexo. Não aceitamos cheque.
Temos opções vegetarianas e uma massa sem glúten, preparada em ambiente que também usa trigo.
Reservas de mesas para mais de 8 pessoas devem ser feitas com um dia de antecedência pelo telefone
(41) 3333-2020.
""",
    },
    "escola": {
        "regulamento.docx": """# Regulamento do Curso de Inglês TalkUp

## Matrícula
A taxa de matrícula é de R$ 150,00 e inclui o material didático do primeiro módulo. Para efetuar a
matrícula o aluno deve apresentar RG, CPF e comprovante de residência.

## Mensalidade
O valor da mensalidade é R$ 389,00 para turmas presenciais e R$ 299,00 para turmas on-line. O
vencimento é no dia 10 de cada mês. Pagamentos em atraso têm multa de 2% e juros de 1% ao mês.

## Cancelamento
O aluno pode cancelar o contrato a qualquer momento, mediante aviso por escrito com 30 dias de
antecedência. Não há multa de rescisão após o sexto mês; antes disso, a multa é de 10% do valor
restante.

## Faltas e reposição
Aulas perdidas podem ser repostas em até 15 dias, conforme disponibilidade. Cada aluno tem direito
a três reposições por semestre.

## Certificado
O certificado é emitido ao final de cada nível para alunos com no mínimo 75% de presença e nota
igual ou superior a 7,0.

## Níveis
Oferecemos os níveis básico, intermediário e avançado, além de preparatório para TOEFL e IELTS.
Cada nível dura dois semestres.
"""
    },
    "loja": {
        "trocas.html": """Política de trocas e devoluções
Você tem até 7 dias corridos após o recebimento para desistir da compra, conforme o Código de
Defesa do Consumidor. O reembolso é feito em até 10 dias úteis na mesma forma de pagamento.
Para trocar por outro tamanho ou cor, o prazo é de 30 dias. O produto deve estar sem uso, com
etiqueta e nota fiscal.
Produtos em promoção não podem ser trocados, exceto em caso de defeito.
O frete da primeira troca é por nossa conta.
Como solicitar a troca:
1. Acesse Meus Pedidos no site.
2. Escolha o item e clique em Trocar.
3. Imprima a etiqueta e leve o pacote aos Correios.
Garantia
Todos os eletrônicos têm garantia de 12 meses contra defeitos de fabricação. A garantia não cobre
quedas, contato com água ou mau uso.
""",
        "frete.csv": """Região | Prazo | Frete
Sul | 3 a 5 dias úteis | R$ 18,90
Sudeste | 2 a 4 dias úteis | R$ 14,90
Nordeste | 6 a 10 dias úteis | R$ 29,90
Norte | 8 a 15 dias úteis | R$ 39,90
""",
    },
    "hotel": {
        "faq.md": """## Perguntas frequentes
**Qual o horário do check-in e do check-out?**
O check-in é a partir das 14h e o check-out até as 12h.
**O café da manhã está incluso?**
Sim, o café da manhã está incluso em todas as diárias e é servido das 6h30 às 10h.
**Vocês aceitam animais de estimação?**
Aceitamos cães e gatos de até 10 kg, com taxa de R$ 50,00 por diária.
**Tem Wi-Fi?**
Sim, o Wi-Fi é gratuito em todos os quartos e áreas comuns.
**Tem piscina?**
Temos piscina aquecida, aberta das 8h às 22h.
**Crianças pagam?**
Crianças de até 5 anos não pagam no mesmo quarto dos pais. De 6 a 12 anos pagam 50% da diária.
Diárias
Quarto standard casal: R$ 320,00
Quarto luxo casal: R$ 450,00
Suíte família (4 pessoas): R$ 620,00
"""
    },
}


def ask(trade: str, text: str) -> Extract | None:
    passages = [
        Passage(
            chunk_id=name,
            document_id=name,
            document=name,
            title=name.split(".")[0],
            page=1,
            text=words,
            score=0.5,
        )
        for name, words in TRADES[trade].items()
    ]
    return extract(read(text), passages, 0.55)


@pytest.mark.parametrize(
    ("trade", "question", "said"),
    [
        ("pizzaria", "quanto custa a pizza de calabresa?", "Grande R$ 58,00"),
        ("pizzaria", "quanto é a margherita grande?", "R$ 62,00"),
        ("pizzaria", "o que vem na quatro queijos?", "provolone, parmesão"),
        ("pizzaria", "tem borda recheada?", "R$ 10,00"),
        ("pizzaria", "qual a taxa de entrega?", "R$ 8,00 até 3 km"),
        ("pizzaria", "vocês entregam?", "raio de 6 km"),
        ("pizzaria", "quanto tempo demora a entrega?", "45 a 60 minutos"),
        ("pizzaria", "que horas vocês abrem?", "18h às 23h30"),
        ("pizzaria", "abrem segunda?", "Segunda-feira não abrimos"),
        ("pizzaria", "aceita vale refeição?", "vale-refeição Alelo"),
        ("pizzaria", "aceitam cheque?", "Não aceitamos cheque"),
        ("pizzaria", "tem opção sem glúten?", "massa sem glúten"),
        ("pizzaria", "como faço reserva?", "(41) 3333-2020"),
        ("pizzaria", "qual o pedido mínimo?", "R$ 40,00"),
        ("escola", "quanto custa a mensalidade?", "R$ 389,00"),
        ("escola", "quanto é a mensalidade online?", "R$ 299,00"),
        ("escola", "quais documentos preciso para matrícula?", "RG, CPF"),
        ("escola", "qual o dia do vencimento?", "dia 10"),
        ("escola", "como cancelo o curso?", "30 dias de antecedência"),
        ("escola", "tem multa pra cancelar?", "multa é de 10%"),
        ("escola", "posso repor aula perdida?", "até 15 dias"),
        ("escola", "como ganho o certificado?", "75% de presença"),
        ("escola", "quanto tempo dura cada nível?", "dois semestres"),
        ("escola", "tem preparatório pro TOEFL?", "TOEFL e IELTS"),
        ("loja", "qual o prazo para troca?", "30 dias"),
        ("loja", "como faço para trocar?", "2. Escolha o item"),
        ("loja", "posso devolver um produto?", "7 dias corridos"),
        ("loja", "me arrependi da compra, e agora?", "7 dias corridos"),
        ("loja", "quanto tempo demora o reembolso?", "10 dias úteis"),
        ("loja", "posso trocar produto em promoção?", "não podem ser trocados"),
        ("loja", "a garantia cobre queda na água?", "não cobre quedas"),
        ("loja", "quanto é o frete pro nordeste?", "R$ 29,90"),
        ("loja", "qual o prazo de entrega para o sul?", "3 a 5 dias úteis"),
        ("hotel", "que horas é o check-in?", "14h"),
        ("hotel", "o café da manhã está incluso?", "Sim, o café da manhã"),
        ("hotel", "posso levar meu cachorro?", "até 10 kg"),
        ("hotel", "tem wifi?", "Wi-Fi é gratuito"),
        ("hotel", "quanto custa a diária?", "Quarto luxo casal: R$ 450,00"),
        ("hotel", "criança paga?", "até 5 anos não pagam"),
        ("hotel", "quanto custa suite para 4 pessoas?", "R$ 620,00"),
        ("hotel", "do you have a pool?", "piscina aquecida"),
        ("hotel", "is breakfast included?", "Sim, o café da manhã"),
    ],
)
def test_a_customer_gets_the_fact(trade: str, question: str, said: str) -> None:
    found = ask(trade, question)

    assert found is not None, "refused"
    assert said in found.text, found.text
    assert len(found.text) <= 420


@pytest.mark.parametrize(
    ("trade", "question"),
    [
        ("pizzaria", "tem sushi?"),
        ("pizzaria", "vocês têm rodízio?"),
        ("pizzaria", "quanto custa a limpeza de pele?"),
        ("pizzaria", "qual o valor da matrícula?"),
        ("pizzaria", "tem piscina?"),
        ("escola", "tem aula de espanhol?"),
        ("escola", "tem desconto para irmãos?"),
        ("escola", "que horas vocês abrem?"),
        ("escola", "qual o pedido mínimo?"),
        ("loja", "vocês têm loja física?"),
        ("loja", "aceitam boleto?"),
        ("loja", "quanto custa a mensalidade?"),
        ("hotel", "tem academia?"),
        ("hotel", "tem estacionamento?"),
        ("hotel", "que horas abre?"),
        ("hotel", "qual a garantia dos eletrônicos?"),
        ("hotel", "quanto custa a pizza de calabresa?"),
    ],
)
def test_what_another_trade_would_know_is_not_made_up(trade: str, question: str) -> None:
    found = ask(trade, question)

    assert found is None, found and found.text
