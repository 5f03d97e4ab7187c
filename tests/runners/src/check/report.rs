//! The report: one line per failure, then a table of areas by runners, then the count.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::scenario::Scenario;

pub(crate) struct Report {
    /// Area by scenario.
    areas: BTreeMap<String, String>,
    runners: Vec<&'static str>,
    /// Failures by runner and scenario.
    failures: BTreeMap<(&'static str, String), Vec<String>>,
    times: BTreeMap<&'static str, Duration>,
}

impl Report {
    pub(crate) fn new(scenarios: &[Scenario]) -> Self {
        let areas = scenarios.iter().map(|scenario| {
            let group = scenario.groups.first().map_or("other", String::as_str);
            (scenario.name.clone(), area(group).to_owned())
        });
        Self {
            areas: areas.collect(),
            runners: Vec::new(),
            failures: BTreeMap::new(),
            times: BTreeMap::new(),
        }
    }

    /// Adds the result of a scenario and prints its failures.
    pub(crate) fn add(&mut self, runner: &'static str, scenario: &Scenario, failures: Vec<String>) {
        if !self.runners.contains(&runner) {
            self.runners.push(runner);
        }
        for failure in &failures {
            println!("FAIL {} in {runner}: {failure}", scenario.name);
        }
        if !failures.is_empty() {
            println!("     {}", scenario.why);
        }
        self.failures.insert((runner, scenario.name.clone()), failures);
    }

    /// Sets the time of a runner.
    pub(crate) fn set_time(&mut self, runner: &'static str, time: Duration) {
        self.times.insert(runner, time);
    }

    /// Prints the table and the count. Returns whether every scenario passed.
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
            let count_passed = |runner: &'static str| {
                let passed = scenarios.iter().filter(|s| self.has_passed(runner, s)).count();
                passed.to_string()
            };
            println!("{area:<34}{:>10}{}", scenarios.len(), cells(&count_passed));
        }
        let seconds = |runner| {
            let time = self.times.get(runner).copied().unwrap_or_default();
            format!("{:.1}", time.as_secs_f64())
        };
        println!("{:<44}{}", "seconds", cells(&seconds));
        let failed = self.failures.values().filter(|failures| !failures.is_empty()).count();
        println!("\n{} passed, {failed} failed", self.failures.len() - failed);
        failed == 0 && !self.failures.is_empty()
    }

    fn has_passed(&self, runner: &'static str, scenario: &str) -> bool {
        self.failures.get(&(runner, scenario.to_owned())).is_some_and(Vec::is_empty)
    }
}

/// Area of a requirement, by the letters of its id.
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
        "O" => "O  operations",
        _ => "A  generations of the API",
    }
}
