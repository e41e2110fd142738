//! `smfg report` as users call it.

use crate::folder::Folder;
use crate::program::run;

const WAGES: &str = "models/moral_hazard_grid.toml";

/// Writes the JSON of a command beside its certificate; the path of the JSON.
fn result(folder: &Folder, name: &str, arguments: &[&str]) -> String {
    let certificate = folder.file(&format!("{name}.cert"));
    let files = ["--certificate", &certificate, "--format", "json"];
    let (_, out, err) = run(&[arguments, &files[..]].concat());
    assert_eq!(err, "");
    let file = folder.file(&format!("{name}.json"));
    std::fs::write(&file, out).expect("written");
    file
}

/// Whether every element that is opened is closed, in the right order.
fn well_formed(html: &str) -> bool {
    const VOID: [&str; 4] = ["meta", "br", "link", "img"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| c.is_alphanumeric()).collect();
        if tag.starts_with('!') || VOID.contains(&name.as_str()) || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            if open.pop().as_ref() != Some(&name) {
                return false;
            }
        } else {
            open.push(name);
        }
    }
    open.is_empty()
}

#[test]
fn a_page_has_the_game_the_answers_and_what_the_checker_says() {
    let folder = Folder::new();
    let solved = result(&folder, "solved", &["solve", WAGES, "--epsilon", "1/100"]);
    let swept = result(&folder, "swept", &["sweep", WAGES, "--epsilon", "0:1/4"]);
    let page = folder.file("page.html");
    let (status, out, err) = run(&["report", &solved, &swept, "--game", WAGES, "-o", &page]);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""));
    let html = std::fs::read_to_string(&page).expect("written");
    assert!(well_formed(&html));
    // The value 81/100 at wage 7/20: (1 - eps / (w - 1/4)) (5/4 - w).
    assert!(html.contains("<mfrac><mn>81</mn><mn>100</mn></mfrac>") && html.contains("0.81"));
    // The reward of a follower as a formula: a.effort * (wage - 1/4).
    assert!(html.contains("<mi>effort</mi>") && html.contains("<mi>wage</mi><mo>−</mo><mfrac>"));
    assert_eq!(html.matches("<span class=\"good\">Valid.</span>").count(), 2);
    assert_eq!(html.matches("<svg").count(), 2, "a figure of decisions, and a curve");
    let certificate = std::fs::read(folder.file("solved.cert")).expect("written");
    assert!(html.contains(&sha256(&certificate)) && html.contains("smfg check "));
    // Nothing is loaded from elsewhere, and nothing runs.
    for word in ["<script", "src=", "href=", "@import", "url("] {
        assert!(!html.contains(word), "{word}");
    }
    // The page is smfg's own for this game: it may be replaced without --force.
    assert_eq!(run(&["report", &solved, "--game", WAGES, "-o", &page]).0, 0);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_result_that_its_certificate_does_not_state_is_told() {
    let folder = Folder::new();
    let file = result(&folder, "solved", &["solve", WAGES, "--epsilon", "1/100"]);
    let honest = std::fs::read_to_string(&file).expect("written");
    std::fs::write(&file, honest.replace("\"lower\": \"81/100\"", "\"lower\": \"91/100\""))
        .expect("written");
    let (status, html, _) = run(&["report", &file, "--game", WAGES]);
    assert_eq!(status, 1);
    assert!(
        html.contains("does not state this answer") && html.contains("<code>91&#x2f;100</code>")
    );
    // A certificate that is none.
    std::fs::write(&file, &honest).expect("written");
    let certificate = folder.file("solved.cert");
    let proof = std::fs::read_to_string(&certificate).expect("written");
    std::fs::write(&certificate, proof.replace("81/100", "82/100")).expect("written");
    let (status, html, _) = run(&["report", &file, "--game", WAGES]);
    assert!(status == 1 && html.contains("<span class=\"bad\">Refused.</span>"), "{status}");
    // No certificate at all.
    std::fs::remove_file(&certificate).expect("removed");
    let (status, html, _) = run(&["report", &file, "--game", WAGES]);
    assert!(status == 1 && html.contains("Not rechecked:"), "{status}");
}

#[test]
fn names_of_a_hostile_game_stay_texts() {
    let folder = Folder::new();
    let game = folder.file("hostile.json");
    let name = "<script>alert('n')</script>\"&";
    let text = serde_json::json!({
        "format": "smfg-game/1",
        "name": name,
        "description": "</section></style><img src=x onerror=alert(1)>{{ style }}{% raw %}",
        "source": "<a href='javascript:alert(2)'>cite</a>",
        "stages": 2,
        "states": [{"name": "<b>here</b>", "x": 1}, "]]><!-- there"],
        "actions": ["<svg/onload=alert(3)>", "'\"&amp;"],
        "initial": {"<b>here</b>": 1},
        "define": {"gain": "mu[\"<b>here</b>\", '<svg/onload=alert(3)>']"},
        "reward": [{"action": "'\"&amp;", "value": "gain / 4"}],
        "transition": [{"to": "]]><!-- there"}],
        "leader": {
            "decisions": [{"name": "<iframe src=//evil>", "toll": 0}, {"name": "b", "toll": 1}],
            "payoff": [{"value": "toll"}],
        },
    });
    std::fs::write(&game, text.to_string()).expect("written");
    let solved = result(&folder, "a&b", &["solve", &game]);
    let ranged = result(&folder, "ranged", &["range", &game, "--decision", "b"]);
    let (status, html, err) = run(&["report", &solved, &ranged, "--game", &game]);
    assert_eq!((status, err.as_str()), (0, ""));
    for tag in ["<script", "<img", "<iframe", "<b>", "<svg/", "<a ", "<!-- there"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    assert!(html.contains("&lt;script&gt;alert"), "the name is shown");
    assert!(html.contains("{{ style }}{% raw %}"), "the description is no template");
    assert!(well_formed(&html));
}

#[test]
fn results_need_their_game() {
    let folder = Folder::new();
    let file = result(&folder, "solved", &["solve", WAGES, "--epsilon", "1/100"]);
    let (status, _, err) = run(&["report", &file, "--game", "models/tie.toml"]);
    assert!(status == 2 && err.contains("which none of --game has"), "{err}");
    let (status, _, err) = run(&["report", WAGES, "--game", WAGES]);
    assert!(status == 2 && err.contains("is no result"), "{err}");
    let (status, html, _) = run(&["report", &folder.file("solved.cert"), "--game", WAGES]);
    assert!(status == 0 && html.contains("What it claims"), "a certificate by itself");
}

/// Pages of the few trucks among many cars, and of requirements that no decision meets.
#[test]
fn populations_and_requirements() {
    let folder = Folder::new();
    let fleets = "tests/populations/two_fleets.toml";
    let solved = result(&folder, "fleets", &["solve", fleets]);
    let page = folder.file("fleets.html");
    let (status, _, err) = run(&["report", &solved, "--game", fleets, "-o", &page]);
    assert_eq!((status, err.as_str()), (0, ""));
    let html = std::fs::read_to_string(&page).expect("written");
    assert!(well_formed(&html) && html.contains("exploitability per member"));
    let game = folder.file("required.toml");
    let plain = std::fs::read_to_string("models/adoption.toml").expect("a model");
    let required = "[[leader.require]]\nvalue = \"mu[*, adopt]@0\"\nat_least = \"1/2\"\n\
                    [[leader.require]]\nvalue = \"subsidy * mu[*, adopt]@0\"\nat_most = 0.6\n";
    std::fs::write(&game, plain + required).expect("written");
    let solved = result(&folder, "required", &["solve", &game]);
    let page = folder.file("required.html");
    let (status, _, err) = run(&["report", &solved, "--game", &game, "-o", &page]);
    assert_eq!((status, err.as_str()), (0, ""));
    let html = std::fs::read_to_string(&page).expect("written");
    assert!(well_formed(&html) && html.contains("every decision is proved to break"));
    assert_eq!(html.matches("broken").count(), 3);
}
