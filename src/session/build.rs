//! What this build is: for `--version`, and for reports of faults.

use crate::{database, relay};
use std::sync::LazyLock;

/// The version of the package.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Names and values, in the order in which they are told.
pub(crate) fn list_build_facts() -> [(&'static str, &'static str); 7] {
    [
        ("commit", env!("REFERRALLOOP_BUILD_COMMIT")),
        ("target", env!("REFERRALLOOP_BUILD_TARGET")),
        ("profile", env!("REFERRALLOOP_BUILD_PROFILE")),
        ("compiler", env!("REFERRALLOOP_BUILD_COMPILER")),
        ("features", if relay::IS_BUILT_IN { "relay" } else { "none" }),
        ("SQLite", database::library_version()),
        ("rustls", env!("REFERRALLOOP_BUILD_RUSTLS")),
    ]
}

/// The version, and a line for each of the facts.
pub(crate) fn describe_build() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let facts = list_build_facts().map(|(name, value)| format!("\n{:<10}{value}", format!("{name}:")));
        format!("{VERSION}{}", facts.concat())
    });
    &TEXT
}
