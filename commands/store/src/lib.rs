//! The event log with its inline rows, reservations, tasks, leases and subscriptions.
