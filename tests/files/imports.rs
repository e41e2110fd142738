//! Imports run one way, and trusted code is dull: ARCHITECTURE.md as a test.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate and what it may use of ours.
const ALLOWED: [(&str, &[&str]); 19] = [
    ("exact", &[]),
    ("game", &["exact"]),
    ("follower", &["exact", "game"]),
    ("drift", &["exact", "game"]),
    ("claim", &["exact", "game", "follower"]),
    ("certificate", &["exact", "game", "drift"]),
    ("check", &["exact", "game", "drift", "certificate"]),
    ("elaborate", &["exact", "game", "drift", "follower", "certificate", "check"]),
    ("generate", &["exact", "game"]),
    ("import", &["exact", "game"]),
    ("collection", &["exact", "game", "generate", "import", "report"]),
    ("export", &["exact", "game", "certificate"]),
    ("lp", &["exact", "game", "certificate"]),
    ("equilibrium", &["exact", "game", "follower", "certificate", "check", "lp"]),
    ("leader", &["exact", "game", "follower", "certificate", "check", "equilibrium", "lp"]),
    (
        "analysis",
        &[
            "exact",
            "game",
            "follower",
            "drift",
            "claim",
            "certificate",
            "check",
            "equilibrium",
            "leader",
            "lp",
        ],
    ),
    (
        "report",
        &[
            "exact",
            "game",
            "follower",
            "drift",
            "claim",
            "certificate",
            "check",
            "equilibrium",
            "leader",
            "analysis",
        ],
    ),
    ("checkpoint", &["exact", "game", "leader", "files"]),
    (
        "cli",
        &[
            "exact",
            "game",
            "follower",
            "drift",
            "claim",
            "certificate",
            "check",
            "elaborate",
            "generate",
            "import",
            "collection",
            "export",
            "equilibrium",
            "leader",
            "analysis",
            "lp",
            "report",
            "checkpoint",
            "files",
        ],
    ),
];

const TRUSTED: [&str; 7] = ["exact", "game", "follower", "drift", "claim", "certificate", "check"];

/// Where a module lives: in `src` or in one of the crates below `crates`.
fn home(module: &str) -> PathBuf {
    homes()
        .into_iter()
        .map(|folder| folder.join(module))
        .find(|folder| folder.is_dir())
        .unwrap_or_else(|| panic!("no folder of the module {module}"))
}

/// The source folders of the package and of the crates that it is made of.
fn homes() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("src")];
    for entry in fs::read_dir("crates").expect("crates") {
        folders.push(entry.expect("an entry").path().join("src"));
    }
    folders
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the crate") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Code lines without comments, up to the unit tests, numbered from 1.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("")))
        .collect()
}

/// Whether `word` stands in `line` as a whole word.
fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
}

/// Modules named after `crate::` in a line.
fn mentioned(line: &str) -> Vec<&str> {
    line.split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""))
        .filter(|word| word.chars().next().is_some_and(char::is_lowercase))
        .collect()
}

#[test]
fn imports_run_one_way() {
    let mut seen = 0;
    for (module, allowed) in ALLOWED {
        for file in rust_files(&home(module)) {
            let text = fs::read_to_string(&file).expect("source text");
            for (number, line) in code_lines(&text) {
                for other in mentioned(line) {
                    seen += 1;
                    assert!(
                        other == module || allowed.contains(&other),
                        "{}:{number}: `{module}` must not use `{other}`",
                        file.display()
                    );
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} imports found: the scan is broken");
}

#[test]
fn every_module_is_listed() {
    for folder in homes() {
        for entry in fs::read_dir(&folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
                assert!(
                    ALLOWED.iter().any(|(module, _)| *module == name),
                    "{} is not in the list of this test",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn trusted_code_has_no_floats_and_nothing_is_unsafe() {
    let trusted_homes = TRUSTED.map(home);
    for file in homes().iter().flat_map(|folder| rust_files(folder)) {
        let text = fs::read_to_string(&file).expect("source text");
        let trusted = trusted_homes.iter().any(|folder| file.starts_with(folder));
        for (number, line) in code_lines(&text) {
            assert!(
                !has_word(line, "unsafe")
                    || file.starts_with("crates/solve/src/lp")
                    || file.ends_with("src/allocator.rs"),
                "{}:{number}: unsafe",
                file.display()
            );
            let float = has_word(line, "f64") || has_word(line, "f32");
            assert!(
                !(trusted && float) || file.ends_with("exact/round.rs"),
                "{}:{number}: floating point in trusted code",
                file.display()
            );
        }
    }
}

/// Then the unit tests of trusted code say the same in a build without the solver.
#[test]
fn trusted_code_has_no_features() {
    for module in TRUSTED {
        for file in rust_files(&home(module)) {
            let text = fs::read_to_string(&file).expect("source text");
            for (number, line) in text.lines().enumerate() {
                assert!(
                    !has_word(line, "feature"),
                    "{}:{}: trusted code depends on a feature",
                    file.display(),
                    number + 1
                );
            }
        }
    }
}

/// The kernel and the crate of claims compute with integers alone.
#[test]
fn the_kernel_has_no_floats() {
    for folder in ["kernel/src", "claims/src"] {
        let files = rust_files(Path::new(folder));
        assert!(!files.is_empty(), "{folder}");
        for file in files {
            let text = fs::read_to_string(&file).expect("source text");
            for (number, line) in code_lines(&text) {
                for word in ["f64", "f32", "unsafe"] {
                    assert!(!has_word(line, word), "{}:{number}: {word}", file.display());
                }
            }
        }
    }
}
