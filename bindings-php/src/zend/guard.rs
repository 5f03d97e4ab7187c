//! PHP ends a script on a fatal error with `longjmp` (a bailout). It would skip the Rust
//! frames in between: blocked signals stayed blocked, and what they own leaked. So code
//! that may run PHP code runs behind a guard, which stops the jump; [`super::handler`]
//! goes on with it when every frame of ours has returned.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};

use ext_php_rs::zend::{CatchError, bailout, try_catch};

use super::thrown::Thrown;

/// A bailout was stopped by a guard and waits to go on. PHP without ZTS has one thread.
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

/// Goes on with a bailout that was stopped. The caller's frame owns nothing any more.
pub(super) fn resume() {
    if BAILING.swap(false, Ordering::Relaxed) {
        // SAFETY: the frames between here and the engine are the caller's, which owns
        // nothing, and the engine's own.
        unsafe { bailout() }
    }
}
