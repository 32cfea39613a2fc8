//! A header field's name with the spelling that somebody gave it.

use http::HeaderName;
use std::borrow::Cow;
use std::ops::Deref;

/// A field's name, compared without regard to case, with the spelling in which it came or was typed.
#[derive(Debug, Clone)]
pub struct FieldName {
    name: HeaderName,
    spelling: Option<Box<str>>,
}

impl FieldName {
    /// Reads a name and keeps its spelling; `None` where no field can have it (RFC 9110, section 5.1).
    pub(crate) fn from_spelling(spelling: &[u8]) -> Option<Self> {
        let name = HeaderName::from_bytes(spelling).ok()?;
        Some(Self { name, spelling: std::str::from_utf8(spelling).ok().map(Box::from) })
    }

    /// The same without a spelling of its own.
    pub(super) fn drop_spelling(&mut self) {
        self.spelling = None;
    }

    /// As it was given; a name of this program's own as documentation writes it, each word with a capital.
    pub(crate) fn spelling(&self) -> Cow<'_, str> {
        self.spelling.as_deref().map_or_else(|| title_case(&self.name).into(), Cow::Borrowed)
    }
}

impl From<HeaderName> for FieldName {
    fn from(name: HeaderName) -> Self {
        Self { name, spelling: None }
    }
}

impl Deref for FieldName {
    type Target = HeaderName;

    fn deref(&self) -> &HeaderName {
        &self.name
    }
}

impl<T: ?Sized> PartialEq<T> for FieldName
where
    HeaderName: PartialEq<T>,
{
    fn eq(&self, other: &T) -> bool {
        self.name == *other
    }
}

impl PartialEq<FieldName> for HeaderName {
    fn eq(&self, other: &FieldName) -> bool {
        *self == other.name
    }
}

/// `x-webhook-signature` as documentation writes it.
fn title_case(name: &HeaderName) -> String {
    let capital = |word: &str| match word {
        "referralhero" => "ReferralHero".to_owned(),
        _ => {
            let (first, rest) = word.split_at(usize::from(!word.is_empty()));
            first.to_ascii_uppercase() + rest
        }
    };
    name.as_str().split('-').map(capital).collect::<Vec<_>>().join("-")
}
