//! Checks of API keys: keys that cannot be sent at all, and keys that are probably a mistake. No
//! sentence contains the key.

use url::Url;

use super::base_url::{LIVE, TEST};
use crate::error::Error;
use crate::secret::Secret;

/// Prefixes of other companies' keys.
const FOREIGN: &[(&str, &str)] = &[
    ("sk_test_", "Stripe's or Paystack's"),
    ("sk_live_", "Stripe's or Paystack's"),
    ("rk_test_", "Stripe's"),
    ("rk_live_", "Stripe's"),
    ("pk_test_", "Stripe's or Paystack's"),
    ("pk_live_", "Stripe's or Paystack's"),
    ("FLWSECK", "Flutterwave's"),
    ("FLWPUBK", "Flutterwave's"),
    ("sk-", "OpenAI's"),
    ("SG.", "SendGrid's"),
];

const QUOTES: &[char] = &['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '«', '»'];

/// Parts of placeholders that documentation shows instead of a key.
const PLACEHOLDERS: &[&str] =
    &["...", "…", "***", "xxxx", "<", ">", "{", "}", "your_", "your-", "yourkey", "changeme"];

/// Refuses a key that cannot be sent in a header, or that a server must not send.
pub(crate) fn check(key: &Secret) -> Result<(), Error> {
    let refuse = |why: &str| Err(Error::configuration(why));
    match key.expose() {
        text if text.trim().is_empty() => refuse("the API key is empty"),
        text if text.starts_with("lomi_pk_") => refuse(
            "this is a publishable key (lomi_pk_), which belongs in a browser; \
             a server needs a secret key (lomi_sk_)",
        ),
        text if text.starts_with("whsec_") => refuse(
            "this is a webhook secret (whsec_), which verifies deliveries; \
             the API key is a secret key (lomi_sk_)",
        ),
        text if is_visible(text) => Ok(()),
        text if text.starts_with(QUOTES) || text.ends_with(QUOTES) => refuse(QUOTED),
        text if text.to_ascii_lowercase().starts_with("bearer ") => {
            refuse("the API key starts with \"Bearer\": give the key alone")
        }
        text if text.ends_with(['\n', '\r']) && is_visible(text.trim_end()) => refuse(
            "the API key ends with a line break, as a key read from a file does: strip it first",
        ),
        text if is_visible(text.trim()) => {
            refuse("the API key has a space or a line break at its start or end: strip it first")
        }
        _ => refuse("the API key has a space, a line break or another character that no key has"),
    }
}

const QUOTED: &str = "the API key has quotes around it: they belong to the file or the shell it \
                      comes from, not to the key";

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}

/// What is probably wrong with a key for `base_url`, as a sentence.
pub(crate) fn probable_mistake(key: &Secret, base_url: &str) -> Option<String> {
    let text = key.expose();
    if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
        return Some(QUOTED.to_owned());
    }
    if text.contains('=') && text.starts_with("LOMI_") {
        return Some("the API key starts with the name of its variable: give the key alone".into());
    }
    let secret = ["lomi_sk_test_", "lomi_sk_live_", "lomi_sk_"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let lower = text.to_ascii_lowercase();
    if secret == Some("") || PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        return Some(
            "the API key is a placeholder from the documentation or from a log: take the whole \
             key from the lomi. dashboard"
                .into(),
        );
    }
    // Any other server may have keys of another form.
    let host = Url::parse(base_url).ok()?.host_str()?.to_owned();
    let is_host = |official: &str| official.strip_prefix("https://") == Some(host.as_str());
    let (live, test) = (is_host(LIVE), is_host(TEST));
    if !live && !test {
        return None;
    }
    if let Some((_, owner)) = FOREIGN.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Some(format!(
            "the API key has the form of {owner} keys; a secret key of lomi. starts with lomi_sk_"
        ));
    }
    if live && text.starts_with("lomi_sk_test_") {
        return Some(format!(
            "this is a test key, but the base URL is that of live payments ({LIVE}): leave the \
             base URL out, or use a live key"
        ));
    }
    (test && text.starts_with("lomi_sk_live_")).then(|| {
        format!(
            "this is a live key, which moves real money, but the base URL is that of test \
             payments ({TEST}): leave the base URL out, or use a test key"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(key: &str, base_url: &str) -> Option<String> {
        let key = Secret::new(key);
        check(&key)
            .map_err(|error| error.inner.message.clone())
            .err()
            .or_else(|| probable_mistake(&key, base_url))
    }

    #[test]
    fn a_wrong_key_is_refused_with_its_reason_and_not_shown() {
        for (key, base_url, reason) in [
            ("\"lomi_sk_test_s3cret\"", LIVE, "quotes"),
            ("'lomi_sk_test_s3cret'", LIVE, "quotes"),
            ("\u{201c}lomi_sk_test_s3cret\u{201d}", LIVE, "quotes"),
            ("lomi_sk_test_s3cret\n", TEST, "line break"),
            (" lomi_sk_test_s3cret", TEST, "strip"),
            ("Bearer lomi_sk_test_s3cret", TEST, "Bearer"),
            ("LOMI_API_KEY=lomi_sk_test_s3cret", TEST, "variable"),
            ("lomi_sk_test_...", "http://127.0.0.1:1", "placeholder"),
            ("lomi_sk_test_", TEST, "placeholder"),
            ("lomi_sk_live_***", LIVE, "placeholder"),
            ("YOUR_API_KEY", LIVE, "placeholder"),
            ("sk_test_s3cret", LIVE, "Stripe"),
            ("sk_live_s3cret", "https://api.lomi.africa/v1", "Stripe"),
            ("FLWSECK-s3cret-X", LIVE, "Flutterwave"),
            ("whsec_s3cret", LIVE, "webhook secret"),
            ("lomi_sk_test_s3cret", "https://api.lomi.africa/v1", "test key"),
            ("lomi_sk_live_s3cret", TEST, "live key"),
        ] {
            let reason_given = refused(key, base_url).unwrap_or_else(|| panic!("{key} passes"));
            assert!(
                reason_given.contains(reason) && !reason_given.contains("s3cret"),
                "{reason_given}"
            );
        }
    }

    #[test]
    fn other_keys_are_the_servers_to_judge() {
        for (key, base_url) in [
            ("lomi_sk_test_s3cret", TEST),
            ("lomi_sk_live_s3cret", LIVE),
            ("lomi_sk_0123456789abcdef", LIVE),
            ("test_abc", LIVE),
            ("sk_test_abc", "http://127.0.0.1:8080"),
            ("lomi_sk_live_s3cret", "http://127.0.0.1:8080"),
        ] {
            assert_eq!(refused(key, base_url), None, "{key}");
        }
    }
}
