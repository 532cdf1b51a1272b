"""What leaves a clinic's store: a report for the chart, FHIR for the record system, tables for research."""
