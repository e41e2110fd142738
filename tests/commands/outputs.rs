//! The files that a call writes: after the answer, and never in place of what they should not
//! replace.

use crate::folder::Folder;
use crate::program::run;
use std::fs;

const TIE: &str = "models/tie.toml";

/// A copy of a model in the folder.
fn copied(folder: &Folder, model: &str) -> String {
    let game = folder.file("game.toml");
    fs::copy(model, &game).expect("a copy");
    game
}

/// Expects a refusal before any work: nothing printed, the file as it was.
fn refused(arguments: &[&str], file: &str) {
    let before = fs::read(file).expect("a file");
    let (status, out, err) = run(arguments);
    assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
    assert!(err.starts_with("error: --"), "{arguments:?}: {err}");
    assert_eq!(fs::read(file).expect("a file"), before, "{arguments:?}");
}

#[test]
fn the_game_is_never_overwritten() {
    let folder = Folder::new();
    let game = copied(&folder, TIE);
    refused(&["solve", &game, "--certificate", &game], &game);
    refused(&["solve", &game, "--certificate", &game, "--force"], &game);
    let spelled = format!("{}/../{}/game.toml", folder.file("."), folder_name(&folder));
    refused(&["range", &game, "--decision", "safe", "--certificate", &spelled], &game);
    refused(&["sweep", &game, "--csv", &game, "--force"], &game);
    refused(&["sensitivity", TIE, "--against", &game, "--plot", &game, "--force"], &game);
    #[cfg(unix)]
    {
        let (soft, hard) = (folder.file("soft"), folder.file("hard"));
        std::os::unix::fs::symlink(&game, &soft).expect("a link");
        fs::hard_link(&game, &hard).expect("a link");
        refused(&["solve", &game, "--certificate", &soft, "--force"], &game);
        refused(&["solve", &game, "--certificate", &hard, "--force"], &game);
        refused(&["solve", &soft, "--certificate", &game, "--force"], &game);
    }
}

fn folder_name(folder: &Folder) -> String {
    folder.path().file_name().and_then(|name| name.to_str()).expect("a name").to_string()
}

#[test]
fn neither_claims_nor_other_files_of_the_call_are_overwritten() {
    let folder = Folder::new();
    let claim = folder.file("claim.json");
    fs::write(&claim, r#"{"format": "smfg-claim/1", "decision": "safe", "policy": [[[1, 0]]]}"#)
        .expect("written");
    refused(&["verify", TIE, &claim, "--certificate", &claim, "--force"], &claim);
    let both = folder.file("both");
    let (status, out, err) = run(&["sweep", TIE, "--certificate", &both, "--csv", &both]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("that is --certificate of the same call"), "{err}");
    assert!(fs::metadata(&both).is_err(), "nothing was written");
    let certificate = folder.file("tie.cert");
    assert_eq!(run(&["solve", TIE, "--certificate", &certificate]).0, 0);
    refused(&["check", TIE, &certificate, "--log", &certificate, "--force"], &certificate);
}

#[test]
fn files_of_others_are_replaced_only_with_force() {
    let folder = Folder::new();
    let file = folder.file("tie.cert");
    fs::write(&file, "notes of somebody\n").expect("written");
    refused(&["solve", TIE, "--certificate", &file], &file);
    assert_eq!(run(&["solve", TIE, "--certificate", &file, "--force"]).0, 0);
    let own = fs::read(&file).expect("written");
    // One that smfg wrote for the same game is brought up to date.
    let again = ["solve", TIE, "--selection", "optimistic", "--certificate", &file];
    assert_eq!(run(&again).0, 0);
    assert_ne!(fs::read(&file).expect("written"), own);
    // For another game it is somebody's work.
    refused(&["solve", "models/adoption.toml", "--certificate", &file], &file);
    // Nothing is lost with an empty file.
    fs::write(&file, "").expect("written");
    assert_eq!(run(&["solve", "models/adoption.toml", "--certificate", &file]).0, 0);
    let table = folder.file("table.csv");
    assert_eq!(run(&["sweep", TIE, "--csv", &table]).0, 0);
    refused(&["sweep", TIE, "--csv", &table], &table);
    assert_eq!(run(&["sweep", TIE, "--csv", &table, "--force"]).0, 0);
}

#[test]
fn bundles_about_expressions_constants_and_pictures_are_recognised() {
    let folder = Folder::new();
    let (bundle, swept) = (folder.file("range.cert"), folder.file("sweep.cert"));
    let of = ["--of", "mu[*, second]@0", "--certificate", &bundle];
    for _ in 0..2 {
        assert_eq!(run(&[&["range", TIE, "--decision", "safe"], &of[..]].concat()).0, 0);
    }
    refused(&["range", TIE, "--decision", "safe", "--certificate", &bundle], &bundle);
    let constant = ["sweep", TIE, "--parameter", "delta=0:1:3", "--certificate", &swept];
    for _ in 0..2 {
        assert_eq!(run(&constant).0, 0);
    }
    fs::remove_file(&swept).expect("written");
    let picture = folder.file("value.svg");
    let arguments = ["sweep", TIE, "--epsilon", "0:1", "--certificate", &swept, "--plot", &picture];
    assert_eq!(run(&arguments).0, 0);
    assert_eq!(run(&arguments).0, 0);
    let text = fs::read_to_string(&picture).expect("a picture");
    assert!(text.starts_with("<svg") && text.contains("<!-- smfg, game sha256:"), "{text}");
    refused(&["sweep", "models/adoption.toml", "--plot", &picture], &picture);
}

#[cfg(unix)]
#[test]
fn modes_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    let (file, link) = (folder.file("tie.cert"), folder.file("link"));
    symlink("tie.cert", &link).expect("a link");
    // Through a link that leads nowhere yet.
    assert_eq!(run(&["solve", TIE, "--certificate", &link]).0, 0);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    assert_eq!(run(&["solve", TIE, "--certificate", &link]).0, 0);
    assert!(fs::symlink_metadata(&link).expect("a link").file_type().is_symlink());
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
    assert_eq!(run(&["check", TIE, &file]).0, 0);
    // A circle of links is an error, and no endless loop.
    let (one, two) = (folder.file("one"), folder.file("two"));
    symlink(&two, &one).expect("a link");
    symlink(&one, &two).expect("a link");
    assert_eq!(run(&["solve", TIE, "--certificate", &one]).0, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn the_answer_stands_when_a_file_cannot_be_written() {
    let (_, answer, _) = run(&["solve", TIE]);
    let value = answer.lines().find(|line| line.starts_with("value ")).expect("a value");
    // Every write to this device fails as on a full disk.
    let (status, out, err) = run(&["solve", TIE, "--certificate", "/dev/full"]);
    assert_eq!(status, 1);
    assert!(out.contains(value), "{out}");
    assert!(err.starts_with("error: cannot write /dev/full: "), "{err}");
    let arguments = ["sweep", TIE, "--epsilon", "0:1", "--csv", "/dev/full", "--plot", "/dev/full"];
    let (status, out, err) = run(&arguments);
    assert_eq!((status, err.lines().count()), (1, 2), "{err}");
    assert!(out.contains("epsilon"), "{out}");
}
