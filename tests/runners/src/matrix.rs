//! The table that says how it went: one line per failing scenario, then scenarios by
//! runner and group, then the count.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::scenario::Scenario;

pub(crate) struct Matrix {
    /// Area by scenario.
    areas: BTreeMap<String, String>,
    runners: Vec<&'static str>,
    /// By runner and scenario, what is wrong.
    faults: BTreeMap<(&'static str, String), Vec<String>>,
    times: BTreeMap<&'static str, Duration>,
}

impl Matrix {
    pub(crate) fn new(scenarios: &[Scenario]) -> Self {
        let areas = scenarios.iter().map(|scenario| {
            let group = scenario.groups.first().map_or("other", String::as_str);
            (scenario.name.clone(), area(group).to_owned())
        });
        Self {
            areas: areas.collect(),
            runners: Vec::new(),
            faults: BTreeMap::new(),
            times: BTreeMap::new(),
        }
    }

    pub(crate) fn enter(&mut self, runner: &'static str, scenario: &Scenario, faults: Vec<String>) {
        if !self.runners.contains(&runner) {
            self.runners.push(runner);
        }
        for fault in &faults {
            println!("FAIL {} in {runner}: {fault}", scenario.name);
        }
        if !faults.is_empty() {
            println!("     {}", scenario.why);
        }
        self.faults.insert((runner, scenario.name.clone()), faults);
    }

    pub(crate) fn took(&mut self, runner: &'static str, time: Duration) {
        self.times.insert(runner, time);
    }

    /// Prints the table and the closing line. Tells whether all is well.
    pub(crate) fn print(&self) -> bool {
        let mut rows: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for (scenario, area) in &self.areas {
            rows.entry(area).or_default().push(scenario);
        }
        let cells = |row: &dyn Fn(&'static str) -> String| -> String {
            self.runners.iter().map(|runner| format!("{:>14}", row(runner))).collect()
        };
        println!("\n{:<34}{:>10}{}", "", "scenarios", cells(&|runner| runner.to_owned()));
        for (area, scenarios) in &rows {
            let passed = |runner: &'static str| {
                let good = scenarios.iter().filter(|s| self.is_good(runner, s)).count();
                good.to_string()
            };
            println!("{area:<34}{:>10}{}", scenarios.len(), cells(&passed));
        }
        let seconds = |runner| {
            let time = self.times.get(runner).copied().unwrap_or_default();
            format!("{:.1}", time.as_secs_f64())
        };
        println!("{:<44}{}", "seconds", cells(&seconds));
        let failed = self.faults.values().filter(|faults| !faults.is_empty()).count();
        println!("\n{} passed, {failed} failed", self.faults.len() - failed);
        failed == 0 && !self.faults.is_empty()
    }

    fn is_good(&self, runner: &'static str, scenario: &str) -> bool {
        self.faults.get(&(runner, scenario.to_owned())).is_some_and(Vec::is_empty)
    }
}

/// What an id is about, by its letters.
fn area(group: &str) -> &'static str {
    match group.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "N" => "N  connections",
        "R" => "R  repeating",
        "I" => "I  idempotency",
        "J" => "J  bodies",
        "X" => "X  security",
        "W" => "W  webhooks",
        "G" => "G  paging",
        "M" => "M  models",
        "E" => "E  errors",
        "B" => "B  bad input",
        "F" => "F  what users of comparable SDKs met",
        _ => "A  generations of the API",
    }
}
