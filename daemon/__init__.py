"""The daemon of the box: API, page, queue, workers, scheduler and supervisor."""
