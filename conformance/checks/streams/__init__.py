"""Checks of streams, one module for each subject.

A rule is a function over a `Timeline`; where one mistake would break several rules, the one that names it speaks and
the others look past it.
"""
