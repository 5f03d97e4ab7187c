//! PHP ends a script on a fatal error with `longjmp` (a bailout). It would skip the Rust frames in
//! between: signals would stay blocked, and memory would leak. So code that may run PHP code runs
//! behind a guard, which stops the jump; [`super::handler`] continues it when every Rust frame has
//! returned.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};

use ext_php_rs::zend::{CatchError, bailout, try_catch};

use super::thrown::Thrown;

/// A guard has stopped a bailout, which must continue. PHP without ZTS has one thread.
static BAILING: AtomicBool = AtomicBool::new(false);

/// Runs code that may end in a fatal error of PHP's.
pub(crate) fn guarded<R>(run: impl FnOnce() -> R) -> Result<R, Thrown> {
    match try_catch(AssertUnwindSafe(run)) {
        Ok(result) => Ok(result),
        Err(CatchError::Bailout) => {
            BAILING.store(true, Ordering::Relaxed);
            Err(Thrown::Pending)
        }
        Err(_) => Err(Thrown::defect("a defect of the extension (a panic)")),
    }
}

/// Whether the script has ended in a fatal error, and no more PHP code may run.
pub(crate) fn is_bailing() -> bool {
    BAILING.load(Ordering::Relaxed)
}

/// Continues a stopped bailout. The caller's frame owns nothing any more.
pub(super) fn resume() {
    if BAILING.swap(false, Ordering::Relaxed) {
        // SAFETY: the frames between here and the engine are the caller's, which owns
        // nothing, and the engine's own.
        unsafe { bailout() }
    }
}
