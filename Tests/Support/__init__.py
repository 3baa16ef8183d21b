"""What the process tests share: programs on loopback, stock clients, people in Odoo."""
