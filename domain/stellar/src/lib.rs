//! Stellar keys, addresses, transactions and SEP-10 challenges, without I/O.
