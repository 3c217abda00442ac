//! Real clients download through the module under Viceroy.

mod cargo;
mod dead_places;
mod registries;
