"""The words of exports and certificates, in Portuguese and English."""

from collections.abc import Mapping

PLACES: Mapping[str, Mapping[str, str]] = {
    "pt-BR": {
        "conversations": "Contato, conversas, mensagens e respostas",
        "satisfaction": "Notas e comentários do atendimento",
        "flows": "Fluxos",
        "logs": "Registros (logs)",
        "whatsapp": "Chaves e cópias do WhatsApp",
        "events": "Eventos",
        "jobs": "Tarefas na fila",
        "answers": "Respostas da API guardadas por um dia",
        "integrations": "Negócios e integrações",
        "notifications": "Avisos",
        "finance": "Cobrança",
        "reports": "Relatórios",
    },
    "en": {
        "conversations": "Contact, conversations, messages and answers",
        "satisfaction": "Scores and comments on the service",
        "flows": "Flows",
        "logs": "Logs",
        "whatsapp": "WhatsApp keys and copies",
        "events": "Events",
        "jobs": "Queued jobs",
        "answers": "Answers of the API kept for a day",
        "integrations": "Deals and integrations",
        "notifications": "Notices",
        "finance": "Billing",
        "reports": "Reports",
    },
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "pt-BR": {
        "title": "Seus dados",
        "made": "Gerado em {at}. O mesmo conteúdo, para outros programas, está em dados.json.",
        "chats": "Conversas",
        "groups": "O que você escreveu em grupos",
        "name": "Nome",
        "phone": "Telefone",
        "email": "E-mail",
        "tags": "Etiquetas",
        "fields": "Outros dados",
        "opt_in_at": "Consentimento registrado em",
        "created_at": "Conhecido desde",
        "author.contact": "Você",
        "author.bot": "Assistente",
        "author.human": "Atendente (no telefone)",
        "author.operator": "Atendente",
        "author.system": "Sistema",
        "certificate.title": "Certificado de eliminação de dados pessoais",
        "certificate.by": "Emitido por",
        "certificate.id": "Número",
        "certificate.asked": "Pedido em",
        "certificate.done": "Concluído em",
        "certificate.who": "Pseudônimos (HMAC)",
        "certificate.hash": "SHA-256 deste certificado",
        "certificate.counts": "O que foi eliminado",
        "certificate.files": "Arquivos de mídia e exportações",
        "certificate.search": "Verificação",
        "certificate.clean": (
            "Todos os arquivos da caixa foram lidos depois da eliminação: nenhuma ocorrência do "
            "telefone, do nome nem do que a pessoa escreveu."
        ),
        "certificate.left": (
            "Depois da eliminação restam {hits} ocorrências, em dados que não são do contato: "
            "{files}."
        ),
        "certificate.notes": "Observações",
        "certificate.figures": (
            "Totais e médias continuam: são números que não identificam ninguém. O registro de uso "
            "e a auditoria guardam só pseudônimos."
        ),
        "certificate.backups": (
            "Backups feitos antes ficam cifrados até serem apagados por quem os guarda. Se um "
            "deles for restaurado nesta caixa, esta eliminação é refeita na partida."
        ),
        "certificate.outside": (
            "Sistemas externos que podem ter recebido dados, e onde a eliminação deve ser pedida: "
            "{names}."
        ),
        "kept.finance": (
            "Faturas são documentos fiscais que a lei manda guardar (LGPD, art. 16, I): nome e "
            "documento do pagador ficam com elas; telefone e e-mail foram eliminados."
        ),
        "kept.logs": (
            "Algumas linhas de log ficam pelo prazo da configuração ou da lei; têm só "
            "identificadores, sem textos nem telefones."
        ),
    },
    "en": {
        "title": "Your data",
        "made": "Made on {at}. The same content, for other programs, is in data.json.",
        "chats": "Conversations",
        "groups": "What you wrote in groups",
        "name": "Name",
        "phone": "Phone",
        "email": "E-mail",
        "tags": "Tags",
        "fields": "Other data",
        "opt_in_at": "Consent recorded on",
        "created_at": "Known since",
        "author.contact": "You",
        "author.bot": "Assistant",
        "author.human": "Attendant (on the phone)",
        "author.operator": "Attendant",
        "author.system": "System",
        "certificate.title": "Certificate of erasure of personal data",
        "certificate.by": "Issued by",
        "certificate.id": "Number",
        "certificate.asked": "Asked for on",
        "certificate.done": "Done on",
        "certificate.who": "Pseudonyms (HMAC)",
        "certificate.hash": "SHA-256 of this certificate",
        "certificate.counts": "What was erased",
        "certificate.files": "Media files and exports",
        "certificate.search": "Check",
        "certificate.clean": (
            "Every file of the box was read after the erasure: no trace of the phone, the name or "
            "what the person wrote."
        ),
        "certificate.left": (
            "After the erasure {hits} occurrences are left, in data that is not the contact's: "
            "{files}."
        ),
        "certificate.notes": "Notes",
        "certificate.figures": (
            "Totals and averages stay: they are numbers that identify nobody. The usage ledger and "
            "the audit log hold pseudonyms only."
        ),
        "certificate.backups": (
            "Backups made before stay encrypted until whoever keeps them deletes them. If one is "
            "restored on this box, this erasure is done again at its start."
        ),
        "certificate.outside": (
            "Other systems that may have been given data, where erasure must be asked for: {names}."
        ),
        "kept.finance": (
            "Invoices are fiscal records that the law asks to keep (LGPD, art. 16, I): the payer's "
            "name and document stay with them; phone and e-mail were erased."
        ),
        "kept.logs": (
            "Some log lines stay for as long as the setting or the law says; they hold ids only, "
            "no text and no phone."
        ),
    },
}
