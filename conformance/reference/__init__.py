"""The reference endpoint: a small server that keeps the contract.

It is for recording without a workspace, for demonstrations and for the suite's tests of itself. It is no model, and it
knows nothing of what the suite sends. `conformance.reference.app.create_app` builds it, `conformance.reference.serve`
runs it; both need the dependency group ``reference``.
"""
