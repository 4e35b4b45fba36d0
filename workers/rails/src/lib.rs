//! The rail port: the sandbox bank.
