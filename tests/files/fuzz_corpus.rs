//! The fuzz targets (`fuzz/targets.rs`) on the corpus in the repository: inputs that once went wrong
//! stay mended.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Fewest inputs of a target.
const FEWEST: usize = 3;
/// Most time for one input, on a loaded machine too.
const LONGEST: Duration = Duration::from_secs(20);

#[test]
fn every_input_returns() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let folder = fs::read_dir(corpus.join(name)).expect(name);
        let inputs: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
        assert!(inputs.len() >= FEWEST, "{name}: {} inputs", inputs.len());
        for input in inputs {
            let start = Instant::now();
            target(&fs::read(&input).expect("an input"));
            assert!(start.elapsed() < LONGEST, "{}", input.display());
        }
    }
}

/// Games of the package are seeds that need no copy.
#[test]
fn models_are_seeds() {
    let (_, games) = targets::TARGETS[0];
    let mut seen = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("models")).expect("models")
    {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            games(&fs::read(path).expect("a model"));
            seen += 1;
        }
    }
    assert!(seen > 10);
}
