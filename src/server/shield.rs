//! Two ways in which the work of a request is shielded from its end: a panic becomes a value, and work that was
//! begun is finished although the sender has hung up.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;

type BoxedFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that runs to its end; should it panic, the answer is made by `otherwise`. The message goes to the panic hook.
pub(crate) struct CatchPanic<T> {
    work: BoxedFuture<T>,
    otherwise: fn() -> T,
}

impl<T> CatchPanic<T> {
    /// Guards work. It is boxed at once: a large future that is handed up by value is copied from floor to floor.
    pub(crate) fn new(work: impl Future<Output = T> + Send + 'static, otherwise: fn() -> T) -> Self {
        Self { work: Box::pin(work), otherwise }
    }
}

impl<T> Future for CatchPanic<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Sound to assert: after a panic the work is never looked at again.
        let polled = catch_unwind(AssertUnwindSafe(|| self.work.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready((self.otherwise)()))
    }
}

/// Work that goes on in the background when it is dropped before its end. hyper drops a request's future as soon as
/// the sender hangs up; an event that the store has already been handed must still be told and passed on.
/// Unlike a task of its own, it costs no wake-up of another thread while the sender stays.
pub(crate) struct DetachOnDrop<T: Send + 'static>(Option<BoxedFuture<T>>);

impl<T: Send + 'static> DetachOnDrop<T> {
    /// Shields work that has not begun.
    pub(crate) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for DetachOnDrop<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Taken out while it runs: work that panics is gone, not left to be polled once more.
        let Some(mut work) = self.0.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.0 = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for DetachOnDrop<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}
