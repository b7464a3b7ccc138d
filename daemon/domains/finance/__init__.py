"""Money: plans, clients, subscriptions, invoices, payments, Pix, and the figures over them."""
