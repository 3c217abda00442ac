//! The library without a platform: one module for each of its parts. Most tests run natively and as
//! WebAssembly.

// The attribute of every test here. In WebAssembly it is the one that the tests' runner knows.
#[cfg(not(target_family = "wasm"))]
use core::prelude::v1::test;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod fixtures;

mod ambiguity;
mod attempts;
mod attempts_budget;
mod bases;
mod bounds;
mod came_from_target;
mod cases;
mod codes;
mod compiled;
mod config_options;
mod configs;
mod download_counter;
mod entries;
mod explained;
mod grammar;
mod hosts;
mod incident_2023_07_20;
mod kept;
mod keys;
mod log_bounds;
mod log_fields;
mod log_lines;
mod messages;
mod old_entries;
mod origin_down;
mod origin_examples;
mod origin_redirects;
mod overlaps;
mod permanent_redirects;
mod preflights;
mod preset_properties;
mod presets;
mod probes;
mod proof;
mod properties;
mod proxy_failures;
mod proxy_fields;
mod public_suffixes;
mod received;
mod replies;
mod requests;
mod routes;
mod sides;
mod sides_attempts;
mod sides_requests;
mod structured_fields;
mod switches;
mod targets;
mod templates;
mod typed_headers;
mod warnings;
