"""Measure the involuntary movements of tardive dyskinesia from smartphone video. For research use."""

__version__ = "0.1.0"
