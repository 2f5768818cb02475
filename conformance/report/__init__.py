"""Views of a verdict: failures, matrix, report; and of what is tried: the list, the coverage page."""

from conformance.report import markdown
from conformance.report.ci import azure
from conformance.report.coverage import Tried, coverage
from conformance.report.curl import Sender, curl
from conformance.report.document import RESULTS, Facts, document
from conformance.report.failure import cut_tracebacks, failure_text
from conformance.report.files import prepare, write_report
from conformance.report.junit import properties, tell_errors, write_junit
from conformance.report.listing import Listed, listing
from conformance.report.matrix import matrix
from conformance.report.reading import parse_report, record_of
from conformance.report.terminal import summary

__all__ = [
    "RESULTS",
    "Facts",
    "Listed",
    "Sender",
    "Tried",
    "azure",
    "coverage",
    "curl",
    "cut_tracebacks",
    "document",
    "failure_text",
    "listing",
    "markdown",
    "matrix",
    "parse_report",
    "prepare",
    "properties",
    "record_of",
    "summary",
    "tell_errors",
    "write_junit",
    "write_report",
]
