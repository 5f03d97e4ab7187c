//! Whether `tests/README.md` and the scenarios agree.

use std::collections::BTreeSet;
use std::path::Path;

use crate::scenario::load::load;

/// Letters of the requirement ids, with their last number.
const REQUIREMENTS: &[(&str, u32)] = &[
    ("N", 11),
    ("R", 11),
    ("I", 7),
    ("J", 7),
    ("X", 5),
    ("W", 10),
    ("G", 9),
    ("M", 6),
    ("API8.", 46),
    ("F", 44),
    ("O", 8),
];

fn rows() -> Vec<(String, Vec<String>)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let names = cells.get(2)?.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((cells[0].to_owned(), names))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn every_id_has_its_row_and_every_row_its_scenarios() {
    let rows = rows();
    let scenarios = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")).unwrap();
    assert!(scenarios.len() >= 150, "{} scenarios", scenarios.len());
    let mut wanted: Vec<String> = REQUIREMENTS
        .iter()
        .flat_map(|(letters, last)| (1..=*last).map(move |n| format!("{letters}{n}")))
        .collect();
    wanted.push("N18".into());
    for id in wanted {
        let Some((_, names)) = rows.iter().find(|(row, _)| *row == id) else {
            panic!("{id} has no row in tests/README.md");
        };
        // The name of a table of cases stands for each of its cases.
        let is = |scenario: &str, name: &str| {
            scenario == name
                || scenario.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
        };
        let shown: Vec<_> = scenarios.iter().filter(|s| s.groups.contains(&id)).collect();
        for name in names {
            assert!(shown.iter().any(|s| is(&s.name, name)), "{id}: there is no scenario {name}");
        }
        for scenario in shown {
            let named = names.iter().any(|name| is(&scenario.name, name));
            assert!(named, "the row of {id} does not name {}", scenario.name);
        }
    }
}

#[test]
fn every_scenario_is_complete() {
    let scenarios = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")).unwrap();
    for scenario in &scenarios {
        assert!(!scenario.groups.is_empty(), "{} has no group", scenario.name);
        assert!(!scenario.outcome.is_empty(), "{} cannot fail", scenario.name);
        assert!(scenario.why.ends_with('.'), "{}: `why` is not a sentence", scenario.name);
    }
    let files: BTreeSet<_> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/golden"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
    let golden: BTreeSet<_> =
        scenarios.iter().filter(|s| s.golden).map(|s| s.name.clone()).collect();
    assert_eq!(files, golden);
}
