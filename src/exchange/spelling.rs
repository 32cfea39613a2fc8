//! Header names on the wire as somebody spelled them. hyper writes them so where a request carries what its own server
//! made of such names, which nobody else can make: a head that is never sent is read by that server, once for each set
//! of names.

use crate::protocol::field::FieldName;
use http::{Extensions, HeaderValue, Request, Response};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWriteExt;

/// Sets of names that are remembered; a target gets very few.
const REMEMBERED: usize = 64;

/// What hyper writes names by, for each set of names that was needed so far.
#[derive(Debug, Default)]
pub(super) struct SpellingCache(Mutex<HashMap<String, Extensions>>);

impl SpellingCache {
    /// What a request with these fields has to carry. Nothing, where the names cannot be told: they are then written in
    /// lower case.
    pub(super) async fn find(&self, fields: &[(FieldName, HeaderValue)]) -> Extensions {
        let head: String = fields.iter().map(|(name, _)| format!("{}: x\r\n", name.spelling())).collect();
        if let Some(known) = self.lock().get(&head) {
            return known.clone();
        }
        let made = read_spelling(&head).await;
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(head, made.clone());
        made
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Extensions>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_spelling(head: &str) -> Extensions {
    // Framing fields with a value of `x` would be refused; theirs is what a request without a body has.
    let head = head.lines().fold(String::from("POST / HTTP/1.1\r\n"), |head, line| {
        let framing = line.get(..15).is_some_and(|name| name.eq_ignore_ascii_case("content-length:"));
        head + if framing { line.trim_end_matches('x') } else { line } + if framing { "0\r\n" } else { "\r\n" }
    });
    let (mut near, far) = tokio::io::duplex(head.len() + 1024);
    let found = Arc::new(Mutex::new(Extensions::new()));
    let service = hyper::service::service_fn(|request: Request<Incoming>| {
        found.lock().unwrap_or_else(PoisonError::into_inner).clone_from(request.extensions());
        std::future::ready(Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())))
    });
    if near.write_all(format!("{head}\r\n").as_bytes()).await.is_ok() && near.shutdown().await.is_ok() {
        let mut server = hyper::server::conn::http1::Builder::new();
        // What it cannot read leaves nothing behind.
        let _ = server.preserve_header_case(true).serve_connection(TokioIo::new(far), service).await;
    }
    let found = found.lock().unwrap_or_else(PoisonError::into_inner);
    found.clone()
}
