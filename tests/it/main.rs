//! The integration tests, all in one binary: linking is what takes the time.

fn main() {}
