//! Lookups with a resolver of the test's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use super::*;

const HOST: &str = "api.lomi.example";

/// A resolver that gives the answers of a list, and counts.
struct Scripted {
    lookups: &'static Lookups,
    answers: mpsc::Sender<Addresses>,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    fn new() -> Self {
        let (answers, given) = mpsc::channel();
        let given = Mutex::new(given);
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let resolve = move |host: &str| {
            assert_eq!(host, HOST);
            counted.fetch_add(1, Ordering::SeqCst);
            given.lock().unwrap().recv().unwrap()
        };
        let lookups = Box::leak(Box::new(Lookups::new(Box::new(resolve))));
        Self { lookups, answers, asked }
    }

    /// The next answer of the resolver.
    fn answers(&self, answer: Addresses) {
        self.answers.send(answer).unwrap();
    }

    async fn addresses(&self, at: Instant) -> io::Result<Vec<IpAddr>> {
        self.lookups.addresses(HOST, at).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until no lookup is in progress.
    async fn settle(&self) {
        let is_running =
            || self.lookups.names.lock().unwrap().values().any(|name| name.running.is_some());
        while is_running() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn found(last: u8) -> Addresses {
    Ok(addresses(last))
}

fn addresses(last: u8) -> Vec<IpAddr> {
    vec![IpAddr::from([127, 0, 0, last])]
}

fn failed(is_temporary: bool) -> Addresses {
    Err(NotFound { message: "no answer".into(), is_temporary })
}

#[tokio::test]
async fn the_second_connection_does_no_lookup() {
    let script = Scripted::new();
    let now = Instant::now();
    script.answers(found(1));
    assert_eq!(script.addresses(now).await.unwrap(), addresses(1));
    let later = now + FRESH_FOR - Duration::from_millis(1);
    assert_eq!(script.addresses(later).await.unwrap(), addresses(1));
    assert_eq!(script.asked(), 1);
}

#[tokio::test]
async fn calls_at_once_share_a_lookup() {
    let script = Scripted::new();
    let now = Instant::now();
    let answer = async {
        while script.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        script.answers(found(1));
    };
    let (first, second, ()) = tokio::join!(script.addresses(now), script.addresses(now), answer);
    assert_eq!((first.unwrap(), second.unwrap()), (addresses(1), addresses(1)));
    assert_eq!(script.asked(), 1);
}

#[tokio::test]
async fn old_addresses_are_served_while_they_are_looked_up_again() {
    let script = Scripted::new();
    let now = Instant::now();
    script.answers(found(1));
    script.addresses(now).await.unwrap();
    let later = now + FRESH_FOR;
    // The resolver has no answer yet, and one lookup is enough.
    assert_eq!(script.addresses(later).await.unwrap(), addresses(1));
    assert_eq!(script.addresses(later).await.unwrap(), addresses(1));
    script.answers(found(2));
    script.settle().await;
    assert_eq!(script.addresses(later).await.unwrap(), addresses(2));
    assert_eq!(script.asked(), 2);
}

#[tokio::test]
async fn old_addresses_outlive_a_name_server_that_does_not_answer_but_not_for_long() {
    let script = Scripted::new();
    let now = Instant::now();
    script.answers(found(1));
    script.addresses(now).await.unwrap();
    let mut at = now + FRESH_FOR;
    for times in 1..4 {
        script.answers(failed(true));
        assert_eq!(script.addresses(at).await.unwrap(), addresses(1));
        script.settle().await;
        // At once after a failure no other lookup is started.
        assert_eq!(script.addresses(at).await.unwrap(), addresses(1));
        assert_eq!(script.asked(), 1 + times);
        at += RETRY_AFTER;
    }
    script.answers(failed(true));
    let error = script.addresses(now + USABLE_FOR).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer");
}

#[tokio::test]
async fn a_name_that_no_longer_exists_is_dropped() {
    let script = Scripted::new();
    let now = Instant::now();
    script.answers(found(1));
    script.addresses(now).await.unwrap();
    script.answers(failed(false));
    script.addresses(now + FRESH_FOR).await.unwrap();
    script.settle().await;
    script.answers(failed(false));
    assert!(script.addresses(now + FRESH_FOR).await.is_err());
    assert!(script.lookups.names.lock().unwrap().is_empty());
}

#[tokio::test]
async fn after_a_failed_connection_the_name_is_looked_up() {
    let script = Scripted::new();
    let now = Instant::now();
    script.answers(found(1));
    script.addresses(now).await.unwrap();
    script.lookups.forget(HOST);
    script.answers(found(2));
    assert_eq!(script.addresses(now).await.unwrap(), addresses(2));
    assert_eq!(script.asked(), 2);
}

#[tokio::test]
async fn a_lookup_that_hangs_is_replaced_and_its_late_answer_serves() {
    let script = Scripted::new();
    let now = Instant::now();
    // Both wait for the second lookup, whichever of the two the resolver answers.
    let both = async {
        let late = script.addresses(now + SHARED_FOR);
        let (first, second, ()) = tokio::join!(script.addresses(now), late, async {
            while script.asked() < 2 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            script.answers(found(1));
        });
        (first.unwrap(), second.unwrap())
    };
    assert_eq!(both.await, (addresses(1), addresses(1)));
    script.answers(failed(false));
    // The error of the other one changes nothing.
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(script.addresses(now + SHARED_FOR).await.unwrap(), addresses(1));
}

#[test]
fn a_limited_number_of_names_is_kept() {
    let now = Instant::now();
    let mut names = HashMap::new();
    for age in 0..3 {
        let at = now + Duration::from_secs(age);
        let known = Some(Known { addresses: addresses(1), at });
        names.insert(age.to_string(), Name { known, ..Name::default() });
    }
    drop_oldest(&mut names);
    assert!(!names.contains_key("0") && names.len() == 2);
}

/// How many names this process keeps.
#[cfg(target_os = "linux")]
fn kept() -> usize {
    LOOKUPS.get().names.lock().unwrap().len()
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_child_looks_names_up_itself() {
    lookup("localhost").await.unwrap();
    assert!(kept() > 0);
    // SAFETY: the child has no lock of its parent's, since its lookups are its own, and ends at once.
    match unsafe { libc::fork() } {
        // SAFETY: it ends the process and nothing else.
        0 => unsafe { libc::_exit(i32::from(kept() == 0)) },
        child => {
            let mut status = 0;
            // SAFETY: `status` is a local of this type.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 1);
        }
    }
    assert!(kept() > 0);
}
