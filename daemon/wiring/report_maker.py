"""`python -m daemon.wiring.report_maker`: makes one report, in a process of its own."""

from daemon.domains.reports.making.worker import main

from .report_rows import ReportRows

if __name__ == "__main__":
    main(ReportRows)
