//! Sentences for people, in English and French. The texts are in `core/spec/messages`; `messages`
//! has a generated function for each.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

/// The environment variable of the language.
const VARIABLE: &str = "LOMI_LANG";

/// The language of error messages. Codes, names and what the server sends are not translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, the default.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// The language of a tag such as `fr`, `fr-SN` or `fr_FR.UTF-8`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// Its tag: `en` or `fr`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language of `LOMI_LANG`, read once per process. English when it is not set, and for a
    /// language that there is no translation for.
    pub fn of_environment() -> Self {
        static LANGUAGE: OnceLock<Language> = OnceLock::new();
        *LANGUAGE.get_or_init(|| {
            std::env::var(VARIABLE).ok().and_then(|tag| Self::from_tag(&tag)).unwrap_or_default()
        })
    }
}

/// A sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub(crate) english: Cow<'static, str>,
    /// None when it is the same as in English, such as what a server says: most errors have
    /// such a message, and what changes it then does so once.
    pub(crate) french: Option<Cow<'static, str>>,
}

impl Message {
    /// A string that is the same in every language: a name, or the message of another program.
    pub fn untranslated(text: impl Into<String>) -> Self {
        Self { english: Cow::Owned(text.into()), french: None }
    }

    /// The sentence in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => self.french.as_ref().unwrap_or(&self.english),
        }
    }

    /// The argument as a message.
    #[doc(hidden)]
    pub fn of(argument: &impl Argument) -> Self {
        Self {
            english: argument.english().to_string().into(),
            french: Some(argument.french().to_string().into()),
        }
    }

    /// The sentence about something else.
    #[must_use]
    pub(crate) fn replace(&self, this: &Self, other: &Self) -> Self {
        let in_language = |language| {
            self.text(language).replacen(this.text(language), other.text(language), 1).into()
        };
        Self {
            english: in_language(Language::English),
            french: Some(in_language(Language::French)),
        }
    }

    /// Changes the sentence in each language.
    #[doc(hidden)]
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self {
            english: change(&self.english).into(),
            french: self.french.as_ref().map(|french| change(french).into()),
        }
    }
}

/// What stands in a sentence: a sentence or a part of one, or a value that is the same in every
/// language.
pub trait Argument {
    /// In English.
    fn english(&self) -> impl fmt::Display;
    /// In French.
    fn french(&self) -> impl fmt::Display;
}

impl Argument for Message {
    fn english(&self) -> impl fmt::Display {
        &*self.english
    }

    fn french(&self) -> impl fmt::Display {
        self.text(Language::French)
    }
}

impl Argument for &Message {
    fn english(&self) -> impl fmt::Display {
        &*self.english
    }

    fn french(&self) -> impl fmt::Display {
        self.text(Language::French)
    }
}

impl<T: fmt::Display> Argument for T {
    fn english(&self) -> impl fmt::Display {
        self
    }

    fn french(&self) -> impl fmt::Display {
        self
    }
}

/// For a program that makes an error itself; those of this crate are in the catalogue.
impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::untranslated(text)
    }
}

/// The same, borrowed.
impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::untranslated(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigBuilder;
    use crate::error::Error;
    use crate::json::Value;
    use crate::limits::Limits;
    use crate::money::Money;
    use crate::secret::Secret;
    use crate::{idempotency_key, webhook};

    #[test]
    fn tags_are_read() {
        for tag in ["fr", "FR", "fr-SN", "fr_FR.UTF-8"] {
            assert_eq!(Language::from_tag(tag), Some(Language::French), "{tag}");
        }
        assert_eq!(Language::from_tag("en-GB"), Some(Language::English));
        for tag in ["", "C", "french", "de"] {
            assert_eq!(Language::from_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn errors_have_their_french_text() {
        let french = |error: Error| error.in_language(Language::French).message().to_owned();
        let of_key = |key: &str, environment: Option<&str>| {
            let builder = ConfigBuilder {
                api_key: Some(Secret::new(key)),
                environment: environment.map(str::to_owned),
                ..ConfigBuilder::default()
            };
            french(builder.build().unwrap_err())
        };
        assert_eq!(
            of_key("lomi_pk_test_1", None),
            "ceci est une clé publiable (lomi_pk_), destinée au navigateur ; un serveur a besoin \
             d'une clé secrète (lomi_sk_)"
        );
        assert_eq!(
            of_key("lomi_sk_test_1", Some("live")),
            "environment vaut \"live\", mais la clé est une clé test : omettez environment, ou \
             utilisez une clé de cet environnement"
        );
        assert_eq!(
            french(Limits::default().set("bodi", 1).unwrap_err()),
            "limits n'a pas de \"bodi\" ; vouliez-vous dire \"body\" ?"
        );
        assert_eq!(
            french(Money::new(1, "CFA").unwrap_err()),
            "la devise doit être XOF, EUR ou USD, et non \"CFA\" ; écrivez \"XOF\""
        );
        let order = french(idempotency_key::for_order(Value::Null).unwrap_err());
        assert!(order.contains("et non par null : des commandes"), "{order}");
        let signature = webhook::verify(b"{}", "", &["whsec_1"], Default::default());
        let signature = french(signature.unwrap_err());
        assert!(signature.starts_with("la signature est absente"), "{signature}");
    }
}
