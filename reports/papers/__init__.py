"""Papers of an office beside its reports: bulletins, notices, decisions; and the office's own Word templates.

`reports.papers.writing` has `create`, `edit`, `issue`, `answer`, `withdraw`; `reports.papers.prefill` what a form
begins with, and `commendation(round)`; `reports.papers.templates` has `render(kind, grid, context)`.
"""
