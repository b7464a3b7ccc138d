"""Why a session is as it is, and what a person can do about it, in Portuguese and in English."""

from typing import Final, NamedTuple


class Words(NamedTuple):
    """A reason and the next step; an empty step: nothing to do."""

    reason: str
    step: str


_PT: Final[dict[str, Words]] = {
    "created": Words("A sessão foi criada.", "Conecte o número para começar."),
    "starting": Words("Conectando ao WhatsApp.", "Aguarde alguns segundos."),
    "bridge_starting": Words("O módulo do WhatsApp está iniciando.", "Aguarde alguns segundos."),
    "bridge_restarting": Words("O módulo do WhatsApp caiu e está voltando.", "Nada a fazer."),
    "qr_ready": Words(
        "O código QR está pronto.",
        "No celular: WhatsApp > Aparelhos conectados > Conectar aparelho, e aponte para o código.",
    ),
    "pairing_code_ready": Words(
        "O código de pareamento está pronto.",
        "No celular: WhatsApp > Aparelhos conectados > Conectar aparelho > Conectar com número de "
        "telefone, e digite o código.",
    ),
    "linked": Words("O celular aceitou a conexão.", "Aguarde alguns segundos."),
    "restart_required": Words("O WhatsApp pediu para reconectar.", "Aguarde alguns segundos."),
    "connected": Words("Conectado.", ""),
    "renewing": Words("Renovando uma conexão que estava quieta.", "Nada a fazer."),
    "connection_lost": Words(
        "A conexão com o WhatsApp caiu.",
        "Voltamos sozinhos. Se demorar, verifique a internet da caixa.",
    ),
    "connection_closed": Words(
        "O WhatsApp encerrou a conexão.",
        "Voltamos sozinhos. Se demorar, verifique a internet da caixa.",
    ),
    "service_unavailable": Words("O WhatsApp está fora do ar.", "Voltamos sozinhos."),
    "stream_error": Words(
        "A conexão com o WhatsApp falhou.",
        "Voltamos sozinhos. Se repetir, verifique a internet e o relógio da caixa.",
    ),
    "qr_expired": Words(
        "Ninguém usou o código a tempo.",
        "Peça um novo código. Se o celular leu o código e ficou esperando, ou pediu uma chave de "
        "acesso (passkey), o WhatsApp não deixa esta conta usar programas como este.",
    ),
    "passkey_required": Words(
        "O WhatsApp exige uma chave de acesso (passkey) para conectar aparelhos a esta conta, e "
        "programas como este não podem fornecê-la.",
        "Use outro número, tente de novo em alguns dias, ou use a API oficial do WhatsApp para "
        "este número. Não insista: repetir não ajuda.",
    ),
    "logged_out": Words(
        "O aparelho foi desconectado no celular.", "Conecte de novo com um novo código."
    ),
    "logged_out_here": Words("O número foi desconectado por aqui.", "Conecte de novo se quiser."),
    "account_banned": Words(
        "O WhatsApp bloqueou esta conta.", "Abra o WhatsApp no celular e peça uma análise."
    ),
    "update_required": Words(
        "O WhatsApp recusa a versão deste programa.",
        "Atualize a caixa. Até lá, informe uma versão mais nova em whatsapp.version.",
    ),
    "multi_device_required": Words(
        "Esta conta não aceita vários aparelhos.", "Atualize o WhatsApp no celular."
    ),
    "replaced": Words(
        "Outro programa abriu esta mesma conexão.",
        "Desligue o outro programa (uma cópia desta caixa?) e conecte de novo.",
    ),
    "server_not_trusted": Words(
        "O servidor não provou ser o do WhatsApp.",
        "Verifique o relógio da caixa e se há um proxy na rede interceptando a conexão.",
    ),
    "stopped": Words("A sessão foi parada.", "Conecte de novo para voltar."),
}

_EN: Final[dict[str, Words]] = {
    "created": Words("The session was created.", "Connect the number to begin."),
    "starting": Words("Connecting to WhatsApp.", "Wait a few seconds."),
    "bridge_starting": Words("The WhatsApp module is starting.", "Wait a few seconds."),
    "bridge_restarting": Words("The WhatsApp module went down and is coming back.", ""),
    "qr_ready": Words(
        "The QR code is ready.",
        "On the phone: WhatsApp > Linked devices > Link a device, and point it at the code.",
    ),
    "pairing_code_ready": Words(
        "The pairing code is ready.",
        "On the phone: WhatsApp > Linked devices > Link a device > Link with phone number, and "
        "type the code.",
    ),
    "linked": Words("The phone accepted the link.", "Wait a few seconds."),
    "restart_required": Words("WhatsApp asked to connect anew.", "Wait a few seconds."),
    "connected": Words("Connected.", ""),
    "renewing": Words("Renewing a connection that was quiet.", "Nothing to do."),
    "connection_lost": Words(
        "The connection to WhatsApp was lost.",
        "It comes back by itself. If not soon, check the internet connection of the box.",
    ),
    "connection_closed": Words(
        "WhatsApp closed the connection.",
        "It comes back by itself. If not soon, check the internet connection of the box.",
    ),
    "service_unavailable": Words("WhatsApp is down.", "It comes back by itself."),
    "stream_error": Words(
        "The connection to WhatsApp failed.",
        "It comes back by itself. If it goes on, check the network and the clock of the box.",
    ),
    "qr_expired": Words(
        "Nobody used the code in time.",
        "Ask for a new code. If the phone read the code and then kept waiting, or asked for a "
        "passkey, WhatsApp does not let this account use programs like this one.",
    ),
    "passkey_required": Words(
        "WhatsApp asks for a passkey to link devices to this account, and programs like this one "
        "cannot give it.",
        "Use another number, try again in some days, or use the official WhatsApp API for this "
        "number. Do not insist: trying again does not help.",
    ),
    "logged_out": Words("The device was unlinked on the phone.", "Link again with a new code."),
    "logged_out_here": Words("The number was unlinked from here.", "Link again if you wish."),
    "account_banned": Words(
        "WhatsApp blocked this account.", "Open WhatsApp on the phone and ask for a review."
    ),
    "update_required": Words(
        "WhatsApp refuses this program's version.",
        "Update the box. Until then, set a newer version in whatsapp.version.",
    ),
    "multi_device_required": Words(
        "This account does not allow several devices.", "Update WhatsApp on the phone."
    ),
    "replaced": Words(
        "Another program opened this same connection.",
        "Switch the other program off (a copy of this box?) and connect again.",
    ),
    "server_not_trusted": Words(
        "The server did not prove that it is WhatsApp's.",
        "Check the clock of the box, and whether a proxy on the network intercepts connections.",
    ),
    "stopped": Words("The session was stopped.", "Connect again to bring it back."),
}

CODES: Final = tuple(_PT)


def words(reason_code: str, language: str) -> Words:
    """Return the reason and the next step in the reader's language."""
    table = _EN if language.startswith("en") else _PT
    return table.get(reason_code) or Words(reason_code, "")
