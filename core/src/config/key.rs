//! Checks of API keys: keys that cannot be sent at all, and keys that are probably a mistake. No
//! sentence contains the key.

use url::Url;

use super::base_url::{LIVE, TEST};
use crate::error::Error;
use crate::message::Message;
use crate::messages::config as messages;
use crate::secret::Secret;

/// Prefixes of other companies' keys. Some companies share one.
const FOREIGN: &[(&str, &str, Option<&str>)] = &[
    ("sk_test_", "Stripe", Some("Paystack")),
    ("sk_live_", "Stripe", Some("Paystack")),
    ("rk_test_", "Stripe", None),
    ("rk_live_", "Stripe", None),
    ("pk_test_", "Stripe", Some("Paystack")),
    ("pk_live_", "Stripe", Some("Paystack")),
    ("FLWSECK", "Flutterwave", None),
    ("FLWPUBK", "Flutterwave", None),
    ("wave_", "Wave", None),
    ("sk-", "OpenAI", None),
    ("SG.", "SendGrid", None),
];

const QUOTES: &[char] = &['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '«', '»'];

/// Parts of placeholders that documentation shows instead of a key.
const PLACEHOLDERS: &[&str] = &[
    "...", "…", "***", "xxxx", "<", ">", "{", "}", "your_", "your-", "your ", "yourkey", "votre_",
    "votre-", "votre ", "changeme",
];

/// What stands before a key in a header or in a file of variables.
const NAMES: &[&str] =
    &["lomi_api_key=", "lomi_api_key:", "x-api-key:", "authorization:", "export "];

/// Refuses a key that cannot be sent in a header, or that a server must not send.
pub(crate) fn check(key: &Secret) -> Result<(), Error> {
    match refusal(key.expose()) {
        Some(why) => Err(Error::configuration(why)),
        None => Ok(()),
    }
}

fn refusal(text: &str) -> Option<Message> {
    Some(match text {
        _ if text.trim().is_empty() => messages::key_is_empty(),
        _ if text.starts_with("lomi_pk_") => messages::key_is_publishable(),
        _ if text.starts_with("whsec_") => messages::key_is_webhook_secret(),
        _ if is_visible(text) => return None,
        _ if has_quotes(text) => messages::key_has_quotes(),
        _ if has_name(text) => messages::key_has_name(),
        _ if text.to_ascii_lowercase().starts_with("bearer ") => messages::key_has_bearer(),
        _ if text.ends_with(['\n', '\r']) && is_visible(text.trim_end()) => {
            messages::key_ends_with_line_break()
        }
        _ if is_visible(text.trim()) => messages::key_has_blank_at_end(),
        _ if is_placeholder(text) => messages::key_is_placeholder(),
        _ => messages::key_has_blank(),
    })
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}

fn has_quotes(text: &str) -> bool {
    text.starts_with(QUOTES) || text.ends_with(QUOTES)
}

fn has_name(text: &str) -> bool {
    let lower = text.trim_start().to_ascii_lowercase();
    NAMES.iter().any(|name| lower.starts_with(name))
        || (text.contains('=') && text.starts_with("LOMI_"))
}

fn is_placeholder(text: &str) -> bool {
    let secret = ["lomi_sk_test_", "lomi_sk_live_", "lomi_sk_"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let lower = text.to_ascii_lowercase();
    secret == Some("") || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// What is probably wrong with a key for `base_url`, as a sentence.
pub(crate) fn probable_mistake(key: &Secret, base_url: &str) -> Option<Message> {
    let text = key.expose();
    if has_quotes(text) {
        return Some(messages::key_has_quotes());
    }
    if has_name(text) {
        return Some(messages::key_has_name());
    }
    if is_placeholder(text) {
        return Some(messages::key_is_placeholder());
    }
    // Any other server may have keys of another form.
    let host = Url::parse(base_url).ok()?.host_str()?.to_owned();
    let is_host = |official: &str| official.strip_prefix("https://") == Some(host.as_str());
    let (live, test) = (is_host(LIVE), is_host(TEST));
    if !live && !test {
        return None;
    }
    if let Some((_, one, other)) = FOREIGN.iter().find(|(prefix, ..)| text.starts_with(prefix)) {
        return Some(match other {
            Some(other) => messages::key_of_other_company(messages::two_companies(one, other)),
            None => messages::key_of_other_company(one),
        });
    }
    if live && text.starts_with("lomi_sk_test_") {
        return Some(messages::test_key_for_live(LIVE));
    }
    (test && text.starts_with("lomi_sk_live_")).then(|| messages::live_key_for_test(TEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Language;

    fn refused(key: &str, base_url: &str) -> Option<Message> {
        let key = Secret::new(key);
        refusal(key.expose()).or_else(|| probable_mistake(&key, base_url))
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
            ("export LOMI_API_KEY=lomi_sk_test_s3cret", TEST, "variable"),
            ("X-API-Key: lomi_sk_test_s3cret", TEST, "header"),
            ("lomi_pk_test_s3cret", TEST, "publishable key"),
            ("lomi_sk_test_ s3cret", TEST, "space"),
            ("your api key", LIVE, "placeholder"),
            ("votre_cle", LIVE, "placeholder"),
            ("lomi_sk_test_...", "http://127.0.0.1:1", "placeholder"),
            ("lomi_sk_test_", TEST, "placeholder"),
            ("lomi_sk_live_***", LIVE, "placeholder"),
            ("YOUR_API_KEY", LIVE, "placeholder"),
            ("sk_test_s3cret", LIVE, "Stripe"),
            ("sk_live_s3cret", "https://api.lomi.africa/v1", "Stripe"),
            ("FLWSECK-s3cret-X", LIVE, "Flutterwave"),
            ("wave_sn_prod_s3cret", LIVE, "Wave"),
            ("whsec_s3cret", LIVE, "webhook secret"),
            ("lomi_sk_test_s3cret", "https://api.lomi.africa/v1", "test key"),
            ("lomi_sk_live_s3cret", TEST, "live key"),
        ] {
            let reason_given = refused(key, base_url).unwrap_or_else(|| panic!("{key} passes"));
            let (english, french) =
                (reason_given.text(Language::English), reason_given.text(Language::French));
            assert!(english.contains(reason) && !english.contains("s3cret"), "{english}");
            assert!(french != english && !french.contains("s3cret"), "{french}");
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
