//! The screen: everything that leaves through stdout and stderr, for eyes and for programs.
//!
//! It is handed [`Report`](crate::protocol::report::Report) values and renders them; it knows the words, the layout
//! and the record schema. It may import `protocol` and crates. It must not look at the environment or the clock, and
//! it must not let a byte that came from outside reach a terminal unescaped: see [`sanitise`].

pub mod audit;
pub mod console;
pub mod countdown;
pub mod errors;
#[cfg(test)]
mod fixtures;
pub mod html;
pub mod human;
pub mod junit;
pub mod line;
pub mod load_summary;
pub mod pager;
pub mod phrases;
pub mod progress;
pub mod prompt;
pub mod records;
pub mod rendition;
pub mod report_page;
pub mod request_scripts;
pub mod sandbox;
pub mod sanitise;
pub mod screen;
pub mod style;
pub mod table;
