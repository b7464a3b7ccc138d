"""Scheduled work of access."""

from daemon.kernel.jobs import Job

from .sessions import Sessions

PRUNE = "auth.prune"


class AuthTasks:
    """Job handlers of access."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def prune(self, _: Job) -> None:
        """Delete expired sessions and set-up links (PRUNE, once a day)."""
        await self._sessions.prune()
