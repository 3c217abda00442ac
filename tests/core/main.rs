//! The library without a platform: one module for each of its parts. Most tests run natively and as
//! WebAssembly.

mod fixtures;

mod ambiguity;
mod attempts;
mod attempts_budget;
mod bases;
mod cases;
mod codes;
mod compiled;
mod config_options;
mod configs;
mod entries;
mod explained;
mod grammar;
mod hosts;
mod incident_2023_07_20;
mod log_lines;
mod messages;
mod old_entries;
mod origin_down;
mod origin_redirects;
mod overlaps;
mod preset_properties;
mod presets;
mod probes;
mod proof;
mod properties;
mod received;
mod replies;
mod requests;
mod routes;
mod switches;
mod targets;
mod templates;
mod warnings;
