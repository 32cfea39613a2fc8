//! Tests of the listener: its pure parts, one request without a socket, real sockets, and passing on.

mod forwarding;
mod harness;
mod parts;
mod refusing;
mod requests;
mod sockets;
mod stopping;
