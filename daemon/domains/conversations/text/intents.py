"""What kind of fact a question asks for: a price, opening hours, an address, a duration, ...

An intent is known by words of the question and proved by a pattern in the text: a price question is
answered only by something that looks like a price.
"""

import re
from dataclasses import dataclass

from .words import fold


@dataclass(frozen=True)
class Intent:
    """One kind of fact: how people ask for it, what it looks like, and which words only ask.

    `asking` words say what is wanted and so are no topic; `about` words in a text say that it
    speaks of this kind of fact. `needs`: asked in this way, only a text with a value is an answer.
    """

    name: str
    asked: re.Pattern[str]
    value: re.Pattern[str]
    asking: frozenset[str]
    about: frozenset[str] = frozenset()
    needs: re.Pattern[str] | None = None

    def needed(self, question: str) -> bool:
        """Return whether nothing but a value of this kind answers the question."""
        return self.needs is not None and self.needs.search(fold(question)) is not None


def _intent(
    name: str, asked: str, value: str, asking: str, about: str = "", *, needs: str | None = None
) -> Intent:
    return Intent(
        name,
        re.compile(asked),
        re.compile(value),
        frozenset(asking.split()),
        frozenset(about.split()),
        None if needs is None else re.compile(needs),
    )


PRICE = _intent(
    "price",
    r"\bquanto (?:\w+ ){0,2}(?:custa\w*|sai|saem|fica\w*|cobra\w*|vale\w*|pag\w+|seria|esta|ta|e)\b"
    r"|\bpreco|\bvalor(?:es)?\b|\bcusta[mr]?\b|\bcusto\b|\btarifa|\borcamento|\bhow much\b|\bprice"
    r"|\bcosts?\b|\bfees?\b|\bcuanto (?:cuesta|vale|sale|es)|\bprecio|\btaxa\b|\bmensalidade\b"
    r"|^(?:e )?quanto\b(?! tempo)",
    r"r\$ ?\d|\d,\d{2}\b|\b\d+ reais|\bgratis|\bgratuit|\bsem custo|\bcortesia|\bfree\b|us\$|[€£]"
    r"|\$ ?\d|\b(?:preco|valor|price|custo|investimento|mensalidade|frete|taxa)[^:,]{0,15}: ?\d",
    "custa custam custar custo quanto preco precos valor valores sai saem fica ficam cobra cobram "
    "cobrado vale valem seria tabela how much price prices cost costs fee cuanto cuesta precio "
    "precios sale pago paga pagar orcamento tarifa",
    "preco valor custa investimento price cost",
    needs="",
)
HOURS = _intent(
    "hours",
    r"\bhorarios?\b|\bque horas?\b|\babre\w*\b|\babrir\b|\babert[oa]s?\b|\bfecha\w*\b|\bfuncion\w+"
    r"|\bopening\b|\bhours\b|\bwhat time\b|\b(?:open|close)[sd]?\b|\bhorario|\babren\b|\bcierra"
    r"|\bexpediente\b|\batendem (?:no|na|aos|as|em|sabado|domingo|feriado)",
    r"\b\d{1,2} ?(?:h|hs|hrs?)\d{0,2}\b|\b\d{1,2}:\d{2}\b|\b\d{1,2} horas\b|\bfechad[oa]s?\b"
    r"|\bclosed\b|\b\d{1,2} ?(?:am|pm)\b|\bnao (?:abr|func|atend)\w+|\bmeio[- ]dia\b",
    "horario horarios hora horas que abre abrem abrir aberto aberta abertos fecha fecham fechar "
    "funciona funcionam funcionar funcionamento atendimento atendem atende expediente opening "
    "hours time open opens close closes what abren cierran",
    "horario funcionamento atendimento hours opening segunda sabado domingo monday sunday",
    needs=r"\bhorario|\bque horas?\b|\bhours\b|\bwhat time\b",
)
ADDRESS = _intent(
    "address",
    r"\bonde (?:\w+ ){0,2}(?:fica\w*|e|esta\w*|encontr\w+|localiz\w+|sao)\b|\benderecos?\b"
    r"|\blocalizacao\b|\blocalizad|\bcomo (?:chegar|chego|faco para chegar)|\bwhere (?:is|are)\b"
    r"|\baddress\b|\blocation\b|\blocated\b|\bdonde (?:esta|queda)|\bdireccion\b|\bqual (?:a "
    r")?rua\b",
    r"\b(?:rua|r\.|av\.?|avenida|praca|travessa|rodovia|alameda|estrada|largo|cep|bairro|quadra"
    r"|street|avenue|road|shopping|galeria|edificio)\b ?[\w.]",
    "onde fica ficam endereco enderecos localizacao localizado localizada localizados chegar chego "
    "where address location located rua donde esta queda direccion",
    "endereco localizacao address rua avenida",
)
DURATION = _intent(
    "duration",
    r"\bquanto(?:s)? tempo\b|\bduracao\b|\bdura[mr]?\b|\bdemora\w*\b|\bprazos?\b|\bhow long\b"
    r"|\bcuanto (?:tiempo|tarda|dura)|\bquantos (?:dias|meses|anos|minutos)\b|\bvalidade\b"
    r"|\bantecedencia\b",
    r"\b(?:duracao|tempo|prazo|duration)[^:,]{0,15}: ?\d"
    r"|\b\d+ ?(?:min\w*|h|hs|hora\w*|dia\w*|semana\w*|mes\w*|\w*mestre\w*|aula\w*|sess\w*|ano\w*"
    r"|day\w*|week\w*|hour\w*|month\w*"
    r"|year\w*)\b|\b(?:um|uma|dois|duas|tres|quatro|cinco|seis|sete|dez|quinze|trinta|vinte"
    r"|one|two|three) (?:dia|hora|semana|mes|ano|minuto|\w*mestre|aula|sess|day|week|month"
    r"|hour)\w*",
    "quanto quantos tempo dura duram duracao demora demoram prazo prazos how long dias meses anos "
    "minutos cuanto tiempo",
    "prazo duracao",
    needs="",
)
PAYMENT = _intent(
    "payment",
    r"\bpagamentos?\b|\b(?:posso|como|da para|pra|aceitam?|podemos) (?:\w+ )?pagar\b|\bparcel\w+"
    r"|\baceita\w* (?:\w+ )?(?:cart\w+|pix|dinheiro|cheques?|boletos?|debito|credito|vale|american"
    r"|visa|bitcoin|paypal)|\bpayments?\b|\b(?:accept|take|pay) (?:\w+ ){0,3}(?:cards?|cash|pix)"
    r"|\bhow (?:can|do) i pay\b|\bformas? de pago",
    r"\bpix\b|\bcart(?:ao|oes)\b|\bboletos?\b|\bdinheiro\b|\bdebito\b|\bcredito\b|\bparcel\w+"
    r"|\b\d+ ?x\b|\bcheques?\b|\bvezes\b|\bcards?\b|\bcash\b",
    "pagamento pagamentos pagar pago aceita aceitam aceitamos formas forma meios meio payment "
    "parcelar parcelam parcelado parcelamento parcela parcelas "
    "payments pay accept take method methods",
    "pagamento pagar payment",
)
PHONE = _intent(
    "phone",
    r"\btelefones?\b|\bcelular(?:es)?\b|\bnumero (?:de|do|para)\b|\bwhats\w*\b|\bligar\b|\bligo\b"
    r"|\bphone\b|\bcall you\b|\btelefono",
    r"\(?\b\d{2}\)? ?9?\d{4}[- ]?\d{4}\b|\b0800\b|\b\d{4}-\d{4}\b",
    "telefone telefones numero celular whatsapp whats ligar ligo phone number call contato "
    "contatos",
    "telefone contato whatsapp phone",
    needs="",
)
EMAIL = _intent(
    "email",
    r"\be-?mails?\b|\bcorreo\b",
    r"[\w.+-]+@[\w-]+\.\w",
    "email mail contato endereco correo",
    "email",
    needs="",
)
WEB = _intent(
    "web",
    r"\bsites?\b|\bwebsite\b|\binstagram\b|\bfacebook\b|\bredes? socia",
    r"\bwww\.|https?:|@\w|\.com\b",
    "site website pagina",
    "site instagram",
)

WHO = _intent(
    "who",
    r"\bquem (?:e|sao|faz|fazem|atende|atendem|realiza|aplica|foi|sera|vai|da|ministra)\b"
    r"|\bwho (?:is|are|does|do|will|performs?|teaches)\b|\bquien(?:es)? (?:es|son|hace|atiende)",
    r"\b(?:dr|dra|doutor|medic|dentista|profission|especialista|equipe|esteticista|professor|tecnic"
    r"|instrutor|responsave|fundador|proprietari|soci[oa]|terapeuta|advogad|veterinari|enfermeir"
    r"|team|staff|doctor|teacher|professional)\w*\b",
    "quem who quien",
    needs="",
)

ALL = (PRICE, HOURS, ADDRESS, DURATION, PAYMENT, PHONE, EMAIL, WEB, WHO)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A day in the question narrows hours and prices; a text that does not name it may still answer
# ("segunda a sexta" answers for Sunday, too).
DAYS = _words(
    "segunda terca quarta quinta sexta sabado sabados domingo domingos feriado feriados "
    "feira semana fim final hoje amanha monday tuesday wednesday thursday friday saturday "
    "sunday saturdays sundays weekend weekends holiday holidays sabado domingo lunes viernes"
)

# How customers call the business itself: no text is expected to repeat it.
SELF = _words(
    "clinica loja empresa salao restaurante escritorio consultorio estabelecimento lugar "
    "local unidade unidades hotel pousada academia escola oficina barbearia estudio studio "
    "spa padaria pizzaria mercado farmacia clinic store shop company restaurant office place "
    "business salon tienda negocio servico servicos service services produto produtos "
    "produto atendimento"
)

# Words so general in these trades that a text need not repeat them next to the real topic.
GENERAL = _words(
    "carro veiculo curso cursos contrato sessao sessoes consulta consultas procedimento "
    "procedimentos tratamento tratamentos "
    "compra cliente clientes session appointment order treatment customer"
)

_HOW = re.compile(
    r"^\W*(?:e )?(?:como (?:\w+ ){0,2}(?:fa[cz]\w*|posso|eu|solicit\w+|consigo|devo|funciona)"
    r"|como \w+[oa]r?\b|how (?:do|can|to|should)|como (?:hago|puedo))"
)
_LIST = re.compile(
    r"\b(?:quais|lista|todos|todas|opcoes|cardapio|menu|catalogo|tabela|which|list|options|what"
    r"|cuales|tipos)\b"
)

# Words that stand for one another in the questions of shops, clinics and offices (folded stems).
_GROUPS = (
    "agendar agendamento marcar marcacao reservar reserva reservas booking book appointment cita",
    "cancelar cancelamento desmarcar desmarcacao cancel cancellation",
    "remarcar reagendar remarcacao reschedule adiar",
    "trocar troca devolver devolucao return exchange desistir desistencia arrepender arrependi",
    "reembolso reembolsar estorno estornar refund",
    "entregar entrega entregam frete delivery envio enviar motoboy shipping",
    "estacionamento estacionar vaga vagas garagem manobrista parking park",
    "garantia garantir warranty guarantee",
    "desconto descontos promocao promocoes cupom discount oferta",
    "crianca criancas infantil infantis bebe kids child children menor menores filho filha",
    "cachorro cachorros cao caes gato gatos pet pets animal animais dog dogs cat cats perro",
    "wifi internet",
    "convenio convenios plano planos seguro insurance",
    "dentista dentario dental odontologico odontologia dentist",
    "cabelo cabelos capilar hair",
    "unha unhas manicure nails",
    "atrasar atraso atrasado atrasada late delay tolerancia",
    "acessibilidade cadeirante rampa elevador wheelchair",
    "parcelar parcela parcelas parcelamento vezes installments",
    "cartao card cards cartoes tarjeta",
    "medico medica doutor doutora doctor",
    "retirar retirada pickup buscar",
    "vegano vegana vegetariano vegetariana vegan vegetarian",
    "cafe breakfast desjejum desayuno",
    "matricula inscricao inscrever matricular enroll enrollment registration",
    "comprar compra pedido pedir order",
    "idade anos age years old",
    "pele skin piel facial rosto face",
    "limpeza limpar cleaning cleansing clean limpieza",
    "corte cortar haircut cut",
    "masculino homem homens men man male mens hombre",
    "feminino mulher mulheres women woman female mujer",
    "massagem massagens massage masaje",
    "drenagem drainage drenaje",
    "linfatica linfatico lymphatic",
    "depilacao depilar waxing removal depilacion",
    "gravida gravidas gestante gestantes gestacao pregnant embarazada",
    "presente gift regalo",
    "sobrancelha sobrancelhas eyebrow eyebrows brows",
    "barba beard",
    "dente dentes tooth teeth diente",
    "clareamento clarear whitening",
    "piscina pool piscinas",
    "incluso inclusa incluido incluida inclui included incluye",
    "quarto quartos room rooms habitacion suite",
    "agua water",
    "suco sucos juice jugo",
    "bebida bebidas drink drinks beverage",
    "mesa mesas table",
    "aluno alunos student students",
    "aula aulas class classes lesson lessons clase",
    "certificado certificate diploma",
    "documento documentos document documents rg cpf comprovante",
    "tamanho tamanhos size sizes",
    "exame exames exam test",
    "vacina vacinas vacinacao vaccine",
    "banho bath",
    "tosa tosar grooming",
    "academia gym",
    "aluguel alugar rent rental",
)


def intents_of(question: str) -> tuple[Intent, ...]:
    """Return the kinds of fact that the question asks for."""
    folded = fold(question)
    found = [intent for intent in ALL if intent.asked.search(folded)]
    if DURATION in found and PRICE in found and not _really_price(folded):
        found.remove(PRICE)
    return tuple(found)


def wants_list(question: str) -> bool:
    """Return whether the question asks for several things rather than one."""
    return _LIST.search(fold(question)) is not None


def wants_steps(question: str) -> bool:
    """Return whether the question asks how something is done."""
    return _HOW.search(fold(question)) is not None


def synonyms() -> tuple[tuple[str, ...], ...]:
    """Return the groups of words that stand for one another, folded, not stemmed."""
    return tuple(tuple(group.split()) for group in _GROUPS)


def _really_price(folded: str) -> bool:
    return re.search(r"\bcust|\bprec|\bvalor|\bprice|\bcost|\bhow much", folded) is not None
