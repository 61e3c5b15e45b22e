"""Local pages in the browser, served on this machine only."""

from goldshell.web.reports import FoundReport as FoundReport
from goldshell.web.reports import find_reports as find_reports
from goldshell.web.reports import report_server as report_server
