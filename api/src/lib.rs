//! The HTTP face: SEP endpoints and pages.
