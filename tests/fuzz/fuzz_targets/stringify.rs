//! The target `stringify` of `src/program.rs`, under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::play("stringify", bytes));
