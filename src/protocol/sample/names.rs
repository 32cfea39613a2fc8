//! Names of people who do not exist, and addresses for them. Several cultures are there on purpose: a handler that
//! breaks on `Søren`, on `王小明` or on a name of one word should break here and not on a customer.

use super::SeededRng;

/// Names that go together.
struct NamePool {
    first: &'static [&'static str],
    last: &'static [&'static str],
}

const CULTURES: &[NamePool] = &[
    NamePool {
        first: &["Alice", "Ben", "Charlotte", "Daniel", "Grace", "Harry", "Nora", "Owen"],
        last: &["Archer", "Bennett", "Clarke", "Holloway", "Marsh", "O'Connor", "Whitfield", "Young"],
    },
    NamePool {
        first: &["Álvaro", "Belén", "Iñaki", "Lucía", "Mateo", "Ximena"],
        last: &["Ibáñez", "Muñoz", "Peña Rojas", "Quintero", "Sepúlveda", "Vargas"],
    },
    NamePool {
        first: &["Åsa", "Björn", "Jürgen", "Käthe", "Søren", "Þóra"],
        last: &["Grünwald", "Håkansson", "Kjærgaard", "Lindström", "Weiß", "Østby"],
    },
    NamePool {
        first: &["Bożena", "Ctibor", "Jiří", "Małgorzata", "Władysław", "Željka"],
        last: &["Dvořák", "Kováč", "Łukasik", "Šimić", "Wójcik", "Żuraw"],
    },
    NamePool {
        first: &["Adaeze", "Chidi", "Kwame", "Naledi", "Temitope", "Wanjiru"],
        last: &["Abara", "Dlamini", "Kamau", "Mensah", "Nwosu", "Okonkwo-Bello"],
    },
    NamePool {
        first: &["Aarav", "Farah", "Ishaan", "Layla", "Meera", "Yusuf"],
        last: &["Al-Sayed", "Bhattacharya", "Haddad", "Iyer", "Kapoor", "Rahmani"],
    },
    NamePool {
        first: &["Hana", "Kenji", "Linh", "Minh", "Sora", "Thảo"],
        last: &["Fujimoto", "Hoàng", "Nguyễn", "Okada", "Phạm", "Takahashi"],
    },
];

/// Names that are written whole, with what stands for them in an address.
const WHOLE: &[(&str, &str)] = &[
    ("王小明", "wang.xiaoming"),
    ("佐藤 美咲", "misaki.sato"),
    ("김지우", "jiwoo.kim"),
    ("Олена Шевчук", "olena.shevchuk"),
    ("Νίκος Παππάς", "nikos.pappas"),
    ("مريم حداد", "maryam.haddad"),
    ("प्रिया शर्मा", "priya.sharma"),
    ("Melati", "melati"),
];

/// Domains that RFC 2606 keeps for examples, and names below them.
const DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "inbox.example.net",
    "students.example.org",
];

/// A name, and its form for an address.
pub(super) fn generate_name(dice: &mut SeededRng) -> (String, String) {
    if dice.chance(0.15) {
        let (name, ascii) = dice.pick(WHOLE, ("Melati", "melati"));
        return (name.to_owned(), ascii.to_owned());
    }
    let culture = &CULTURES[dice.below(CULTURES.len() as u64) as usize];
    let name = format!("{} {}", dice.pick(culture.first, "Alice"), dice.pick(culture.last, "Archer"));
    let ascii = to_ascii(&name);
    (name, ascii)
}

/// An address for a name in the form that [`to_ascii`] gives; most have a number, since people share names.
pub(super) fn generate_email(dice: &mut SeededRng, ascii: &str) -> String {
    let number = if dice.chance(0.7) { dice.between(1, 9999).to_string() } else { String::new() };
    format!("{ascii}{number}@{}", dice.pick(DOMAINS, "example.com"))
}

/// What stands for a name in an address: lower-case ASCII letters and digits, the words joined by dots. `user` where
/// nothing is left.
pub(super) fn to_ascii(name: &str) -> String {
    let mut ascii = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => ascii.push(c),
            ' ' if !ascii.is_empty() && !ascii.ends_with('.') => ascii.push('.'),
            _ => ascii.push_str(unaccented(c)),
        }
    }
    // The local part of an address has at most 64 bytes (RFC 5321, section 4.5.3.1.1); a number may follow.
    ascii.truncate(60);
    let ascii = ascii.trim_end_matches('.');
    if ascii.is_empty() { "user".to_owned() } else { ascii.to_owned() }
}

/// The ASCII spelling of a Latin letter.
fn unaccented(c: char) -> &'static str {
    const LETTERS: &[(&str, &str)] = &[
        ("àáâãäåāăąạảấầẩẫậắằẳẵặ", "a"),
        ("çćčĉ", "c"),
        ("ďđð", "d"),
        ("èéêëēęěẹẻẽếềểễệ", "e"),
        ("ğģ", "g"),
        ("ìíîïīįıịỉĩ", "i"),
        ("ķ", "k"),
        ("łľĺļ", "l"),
        ("ñńňņ", "n"),
        ("òóôõöøōőọỏốồổỗộơớờởỡợ", "o"),
        ("ŕř", "r"),
        ("śšşș", "s"),
        ("ťţț", "t"),
        ("ùúûüūůűųụủũưứừửữự", "u"),
        ("ýÿỳỵỷỹ", "y"),
        ("źżž", "z"),
        ("æ", "ae"),
        ("œ", "oe"),
        ("ß", "ss"),
        ("þ", "th"),
    ];
    LETTERS.iter().find(|(accented, _)| accented.contains(c)).map_or("", |(_, plain)| plain)
}
