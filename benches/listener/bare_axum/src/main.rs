//! The yardstick: an axum handler that verifies HMAC-SHA256 of the raw body, answers and forgets.
//! Takes the port and the secret as arguments.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().unwrap_or_else(|| "0".to_owned());
    let secret: Arc<[u8]> = arguments.next().unwrap_or_default().into_bytes().into();
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/", post(hook)).with_state(secret)).await
}

async fn hook(State(secret): State<Arc<[u8]>>, headers: HeaderMap, body: Bytes) -> (StatusCode, Json<Value>) {
    let value = headers.get("x-webhook-signature").and_then(|value| value.to_str().ok());
    match value.and_then(|value| value.strip_prefix("sha256=")).and_then(unhex) {
        Some(tag) if verifies(&secret, &body, &tag) => (StatusCode::OK, Json(json!({"received": true}))),
        _ => (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid signature"}))),
    }
}

fn verifies(secret: &[u8], body: &[u8], tag: &[u8]) -> bool {
    Hmac::<Sha256>::new_from_slice(secret).is_ok_and(|hmac| hmac.chain_update(body).verify_slice(tag).is_ok())
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || digits.len() % 2 != 0 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
