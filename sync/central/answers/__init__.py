"""What the control plane answers: the models behind its OpenAPI document.

Rows are sent as they come from the store; a test holds every answer against its model.
"""
