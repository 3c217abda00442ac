//! What Signpost is tried against on one machine.
