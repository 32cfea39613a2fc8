//! Body forms: everything that programs are known to hash in place of the bytes that were sent.
//!
//! The catalogue is data, commonest first; making a form is a function over the body and nothing else. A form is made
//! when the search comes to it, and what is too large to be rewritten is left alone.

mod catalogue;
mod chunks;
mod cleaned;
mod coded;
mod copied;
mod dialects;
mod escape;
mod frames;
mod handed;
mod joined;
mod maps;
mod modelled;
mod number;
mod parts;
mod php;
mod printed;
mod printed_data;
mod query;
mod rare;
mod rebuilt;
mod resolved;
mod rewrite;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod wrap;
mod writer;
mod yaml;

pub(super) use catalogue::FORMS;
pub(super) use rare::RARE_FORMS;
pub(super) use source::{BodySource, decode_text};
pub(super) use text::{cp1252_byte, cp1252_char};

use super::cause::MismatchCause;
use writer::JsonDialect;

/// Something that may have been hashed in place of the body.
pub(super) struct BodyForm {
    /// What it means that it was.
    pub cause: MismatchCause,
    /// 0 for the smallest edits, which come before all that reads the body, and 1 for the commonest forms: both are tried
    /// together with other faults.
    pub tier: u8,
    make: FormMaker,
}

/// How a form is made. One cause may have several variants: versions and settings of the same program.
enum FormMaker {
    /// Read as JSON and written again.
    Json(&'static [JsonDialect]),
    /// The text rewritten.
    Text(fn(&str) -> Vec<Option<String>>),
    /// Whatever a function makes of it.
    Bytes(fn(&BodySource) -> Vec<Vec<u8>>),
    /// The same, of a body of any size.
    Large(fn(&BodySource) -> Vec<Vec<u8>>),
    /// These bytes, whatever the body.
    Fixed(&'static [&'static str]),
    /// More variants than anybody wants to hold at once, of a body of any size.
    Each(for<'s, 't> fn(&'s BodySource<'t>) -> VariantIterator<'s>),
}

/// Variants that are made when they are asked for.
type VariantIterator<'s> = Box<dyn Iterator<Item = Vec<u8>> + 's>;

impl BodyForm {
    /// Every variant of this form; none where the body has no such form.
    pub(super) fn make(&self, source: &BodySource) -> Vec<Vec<u8>> {
        self.variants(source).collect()
    }

    /// Whether it is nothing but a manner of writing JSON.
    pub(super) fn is_dialect(&self) -> bool {
        matches!(self.make, FormMaker::Json(_))
    }

    /// The same, each made when it is asked for where there are many.
    pub(super) fn variants<'s>(&self, source: &'s BodySource) -> VariantIterator<'s> {
        match &self.make {
            FormMaker::Each(make) => make(source),
            _ => Box::new(self.make_all(source).into_iter()),
        }
    }

    fn make_all(&self, source: &BodySource) -> Vec<Vec<u8>> {
        let small = source.is_small();
        match &self.make {
            FormMaker::Json(dialects) if small => {
                let Some(tree) = source.tree() else { return Vec::new() };
                dialects
                    .iter()
                    .filter_map(|dialect| writer::write_document(tree, dialect))
                    .map(String::into_bytes)
                    .collect()
            }
            FormMaker::Text(rewrite) if small => {
                rewrite(source.text).into_iter().flatten().map(String::into_bytes).collect()
            }
            FormMaker::Bytes(make) if small => make(source),
            FormMaker::Large(make) => make(source),
            FormMaker::Fixed(texts) => texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Every form, the commoner first.
pub(super) fn all_forms() -> impl Iterator<Item = &'static BodyForm> {
    FORMS.iter().chain(&RARE_FORMS)
}

/// The form of a cause.
pub(super) fn find_form(id: &str) -> Option<&'static BodyForm> {
    all_forms().find(|form| form.cause.id == id)
}
