"""Integrations: webhooks out and in, CRM and ERP, files of contacts and deals."""
