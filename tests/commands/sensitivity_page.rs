//! docs/sensitivity.md runs: every command of its console blocks is executed, and prints what the
//! page shows.
use crate::folder::Folder;
use std::path::Path;
use std::process::Command;

/// A command of the page and what follows it.
struct Step {
    line: usize,
    command: String,
    output: String,
}

/// The console blocks: `$` starts a command, the rest is its output.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (number, line) in page.lines().enumerate() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, line) => match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step {
                    line: number + 1,
                    command: command.into(),
                    output: String::new(),
                }),
                None => {
                    let step = steps.last_mut().unwrap_or_else(|| {
                        panic!("line {}: output before any command", number + 1)
                    });
                    step.output.push_str(line);
                    step.output.push('\n');
                }
            },
            (false, _) => {}
        }
    }
    assert!(!inside, "the last block has no end");
    steps
}

#[test]
fn the_page_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/sensitivity.md")).expect("the page");
    let steps = steps(&page);
    assert!(
        steps.iter().filter(|step| step.command.starts_with("smfg ")).count() >= 6,
        "{} commands",
        steps.len()
    );
    let folder = Folder::new();
    std::os::unix::fs::symlink(root.join("models"), folder.path().join("models")).expect("a link");
    let program =
        Path::new(env!("CARGO_BIN_EXE_smfg")).parent().expect("a folder").display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    for Step { line, command, output } in steps {
        let ran = Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder.path())
            .env("PATH", &path)
            .output()
            .expect("a shell");
        let (out, err) =
            (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "line {line}: `{command}` fails: {err}{out}");
        assert_eq!(err, "", "line {line}: `{command}`");
        assert_eq!(out, output, "line {line}: `{command}`");
    }
}

#[test]
fn text_that_is_not_a_block_is_not_run() {
    let page = "$ not run\n```console\n$ first\nout\nmore\n$ second\n```\n```sh\n$ not run\n```\n";
    let found: Vec<(usize, String, String)> =
        steps(page).into_iter().map(|step| (step.line, step.command, step.output)).collect();
    assert_eq!(
        found,
        [(3, "first".into(), "out\nmore\n".into()), (6, "second".into(), String::new())]
    );
}
