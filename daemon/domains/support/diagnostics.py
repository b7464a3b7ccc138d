"""The bundle for support: sections as JSON in one zip, with a page that says what is in it."""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from daemon.kernel.clock import Clock

Section = Callable[[], Awaitable[Any]]
PIECE = 64 * 1024
SECTION_S = 20.0

README = """PACOTE DE DIAGNÓSTICO

Feito em {at}. Mostra o estado da caixa para quem dá suporte.

NÃO contém: texto de mensagens, nomes e telefones de contatos, documentos, senhas, chaves ou
tokens. Telefones que apareceriam em mensagens de erro vão mascarados (***12). Das configurações,
segredos e textos próprios aparecem só como "(set)" ou "(not set)".

Arquivos:
{files}

----------------------------------------------------------------------------------------------

DIAGNOSTICS BUNDLE

Made at {at}. It shows the state of the box to whoever gives support.

It does NOT contain: message text, names and phones of contacts, documents, passwords, keys or
tokens. Phones that error messages might hold are masked (***12). Of the settings, secrets and
texts of your own show only as "(set)" or "(not set)".
"""

CONTENTS = {
    "about": "versões / versions",
    "settings": "configurações sem segredos / settings without secrets",
    "health": "saúde e causas / health and causes",
    "children": "processos filhos / child processes",
    "queue": "fila e tarefas paradas / queue and parked jobs",
    "disk": "disco / disk",
    "system": "sistema operacional, memória, processador / operating system, memory, processor",
    "database": "integridade e tamanhos do banco / integrity and sizes of the database",
    "whatsapp": "números e histórico de estados / numbers and history of states",
    "sync": "plano de controle / control plane",
    "audit": "últimos atos, sem nomes / latest acts, without names",
    "logs": "últimas linhas de registro, sem texto / latest log lines, without text",
    "doctor": "o que nextagent doctor diz / what nextagent doctor says",
}


class Diagnostics:
    """Makes the bundle of whatever sections it is given."""

    def __init__(self, clock: Clock, sections: Mapping[str, Section]) -> None:
        self._clock, self._sections = clock, sections

    async def bundle(self) -> tuple[str, Iterator[bytes]]:
        """Return the name of the file and its bytes in pieces."""
        names = list(self._sections)
        found = await asyncio.gather(*(self._look(name) for name in names))
        at = self._clock.now()
        data = await asyncio.to_thread(packed, dict(zip(names, found, strict=True)), at)
        return file_name(at), (data[i : i + PIECE] for i in range(0, len(data), PIECE))

    async def _look(self, name: str) -> Any:
        """Return a section; what cannot be looked at says so, and does not stop the others."""
        try:
            async with asyncio.timeout(SECTION_S):
                return await self._sections[name]()
        except Exception as error:  # noqa: BLE001 - a broken part is what the bundle is for
            return {"error": type(error).__name__}


def file_name(at: datetime) -> str:
    """Return what the bundle is called."""
    return f"diagnostics-{at:%Y%m%d-%H%M%S}.zip"


def packed(sections: Mapping[str, Any], at: datetime) -> bytes:
    """Write the zip: lists of rows as one JSON a line, everything else as one document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        lines = []
        for name, content in sections.items():
            if isinstance(content, list):
                path, text = f"{name}.ndjson", b"".join(_dumps(row) + b"\n" for row in content)
            else:
                path, text = f"{name}.json", _dumps(content, orjson.OPT_INDENT_2)
            file.writestr(path, text)
            lines.append(f"  {path:18} {CONTENTS.get(name, '')}")
        file.writestr(
            "README.txt", README.format(at=f"{at:%Y-%m-%d %H:%M} UTC", files="\n".join(lines))
        )
    return out.getvalue()


def _dumps(value: Any, option: int = 0) -> bytes:
    return orjson.dumps(value, default=str, option=option | orjson.OPT_NON_STR_KEYS)
