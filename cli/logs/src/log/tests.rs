mod chunks;
mod formats;
mod lines;
mod w3c;
