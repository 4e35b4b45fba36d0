//! The read side: rows written with the events, feeds, queries.
