//! What only SQLite has: the file, the group commit, the plans.
