//! What a transfer, an inbound payment and an outgoing transaction are.
