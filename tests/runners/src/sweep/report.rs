//! What a sweep found: one entry per difference, then the counts.

use std::collections::BTreeMap;

use super::case::Case;
use super::differences::Difference;
use super::plan::ApiGeneration;

/// The most characters of a value that is printed.
const LONGEST: usize = 2_000;

#[derive(Default)]
pub(crate) struct Report {
    languages: Vec<&'static str>,
    /// Operations that were played, by language and generation.
    played: BTreeMap<(&'static str, char), usize>,
    differences: usize,
    failures: usize,
}

impl Report {
    pub(crate) fn start(&mut self, language: &'static str) {
        self.languages.push(language);
    }

    pub(crate) fn played(&mut self, language: &'static str, case: Case) {
        *self.played.entry((language, case.generation.letter)).or_default() += 1;
    }

    /// A recording that is wrong by the spec.
    pub(crate) fn wrong(&mut self, language: &'static str, case: Case, what: &str) {
        self.failures += 1;
        println!("FAIL {} in {language}: {}", case.name(), shortened(what));
    }

    pub(crate) fn different(&mut self, language: &'static str, case: Case, found: &Difference) {
        self.differences += 1;
        println!("FAIL {} in {language}: {} differs", case.name(), found.what);
        println!("     rust: {}", shortened(&found.rust.to_string()));
        println!("     {language}: {}", shortened(&found.other.to_string()));
    }

    /// Prints the counts. Returns whether nothing differs and, where `least` is to be reached,
    /// every operation of each generation was played in every language.
    pub(crate) fn print(&self, generations: &[ApiGeneration], least: bool) -> bool {
        let count = |language, letter| self.played.get(&(language, letter)).copied().unwrap_or(0);
        let counts = |language: &'static str| -> String {
            let each =
                generations.iter().map(|g| format!("{} {}", g.letter, count(language, g.letter)));
            each.collect::<Vec<_>>().join(", ")
        };
        let mut complete = true;
        for language in &self.languages {
            for generation in generations {
                let found = count(language, generation.letter);
                if least && found < generation.least {
                    complete = false;
                    let (letter, wanted) = (generation.letter, generation.least);
                    println!("FAIL {letter} in {language}: {found} operations instead of {wanted}");
                }
            }
        }
        // Languages with the same counts are named together.
        let mut by_counts: Vec<(String, Vec<&str>)> = Vec::new();
        for language in &self.languages {
            let counts = counts(language);
            match by_counts.iter_mut().find(|(known, _)| *known == counts) {
                Some((_, languages)) => languages.push(language),
                None => by_counts.push((counts, vec![language])),
            }
        }
        let told =
            by_counts.iter().map(|(counts, names)| format!("{}: {counts}", names.join(", ")));
        let told = told.collect::<Vec<_>>().join("; ");
        let failures = match self.failures {
            0 => String::new(),
            count => format!(", {count} wrong by the spec"),
        };
        println!("sweep: {told}; {} differences{failures}", self.differences);
        complete && !self.played.is_empty() && self.differences == 0 && self.failures == 0
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
