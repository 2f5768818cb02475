"""Views of a verdict: the text of a failure, the matrix; and of what is tried: the list, the coverage page."""

from conformance.report.coverage import Tried, coverage
from conformance.report.curl import Sender, curl
from conformance.report.failure import cut_tracebacks, failure_text
from conformance.report.junit import write_junit
from conformance.report.listing import Listed, listing
from conformance.report.matrix import matrix
from conformance.report.terminal import summary

__all__ = [
    "Listed",
    "Sender",
    "Tried",
    "coverage",
    "curl",
    "cut_tracebacks",
    "failure_text",
    "listing",
    "matrix",
    "summary",
    "write_junit",
]
