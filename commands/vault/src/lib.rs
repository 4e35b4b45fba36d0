//! Personal data and seeds, sealed.
