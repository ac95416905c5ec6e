"""The ways of a notice. Each module has `send(delivery)`, which returns or raises DeliveryError.

`inbox` writes rows and runs in the caller's transaction; `webhook` and `wecom` talk to the outside and must not run in
one.
"""
