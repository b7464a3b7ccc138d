"""``python -m models language|retrieval``: the model children. Started by the daemon only."""

from __future__ import annotations

import asyncio
import os
import sys

from config.ipc import FD_VARIABLE
from config.logging import configure

USAGE = 2


def main() -> None:
    """Run the named child until its parent hangs up."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in {"language", "retrieval"} or FD_VARIABLE not in os.environ:
        sys.stderr.write(
            "python -m models language|retrieval is started by the daemon, "
            f"which passes a socket in {FD_VARIABLE}. Run `nextagent run` instead.\n"
        )
        sys.exit(USAGE)
    configure(os.environ.get("NEXTAGENT_LOG__LEVEL", "info"), "json")
    code = asyncio.run(_serve(name))
    sys.stderr.flush()
    # Native threads may be in the middle of a step; nothing here needs tidying up.
    os._exit(code)


async def _serve(name: str) -> int:
    # Imported when known: each child carries only its own libraries.
    if name == "language":
        from models.language import child  # noqa: PLC0415 - see above

        return await child.serve()
    from models.retrieval import child as retrieval  # noqa: PLC0415 - see above

    await retrieval.serve()
    return 0


if __name__ == "__main__":
    main()
