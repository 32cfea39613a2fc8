//! The screen: everything that leaves through stdout and stderr, for eyes and for programs.
//!
//! It is handed [`Report`](crate::protocol::report::Report) values and renders them; it knows the words, the layout
//! and the record schema. It may import `protocol` and crates. It must not look at the environment or the clock, and
//! it must not let a byte that came from outside reach a terminal unescaped: see [`sanitise`].

pub(crate) mod audit;
pub(crate) mod console;
pub(crate) mod countdown;
pub(crate) mod errors;
#[cfg(test)]
mod fixtures;
pub(crate) mod har;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod junit;
pub(crate) mod line;
pub(crate) mod load_summary;
pub(crate) mod output_error;
pub(crate) mod page;
pub(crate) mod pager;
pub(crate) mod phrases;
pub(crate) mod progress;
pub(crate) mod prompt;
pub mod records;
pub(crate) mod rendition;
pub(crate) mod report_page;
pub(crate) mod request_scripts;
pub(crate) mod sandbox;
pub(crate) mod sanitise;
pub(crate) mod screen;
pub mod style;
pub(crate) mod table;
