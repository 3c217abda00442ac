#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| signpost_properties::accept(bytes));
