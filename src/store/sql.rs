//! Statements that are prepared once, for the life of a connection.
//!
//! Pure but for preparing. Must not know what the statements say.

/// Declares `PreparedStatements`, a struct of prepared statements, one field a statement. A cache that looks statements up by their
/// text costs about as much as a short statement itself.
macro_rules! statements {
    ($($name:ident: $text:expr;)*) => {
        struct PreparedStatements<'c> { $($name: rusqlite::Statement<'c>,)* }

        impl<'c> PreparedStatements<'c> {
            fn prepare(connection: &'c rusqlite::Connection) -> rusqlite::Result<Self> {
                Ok(Self { $($name: connection.prepare($text)?,)* })
            }
        }
    };
}

pub(super) use statements;
