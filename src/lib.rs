//! Signpost.
