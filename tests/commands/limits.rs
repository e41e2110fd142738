//! Limits of a whole call, and files made to take for ever.

use crate::folder::Folder;
#[cfg(all(unix, feature = "solver"))]
use crate::program::smfg;
use crate::program::{json, run};
use std::fs;
use std::process::Command;
#[cfg(all(unix, feature = "solver"))]
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

const WAGES: &str = "models/moral_hazard_grid.toml";
/// What starting and scheduling a process may take on a loaded machine.
const SLACK: Duration = Duration::from_secs(4);

/// Runs the program and says how long it took.
fn timed(arguments: &[&str]) -> (Duration, i32, String, String) {
    let start = Instant::now();
    let (status, out, err) = run(arguments);
    (start.elapsed(), status, out, err)
}

/// A game that takes seconds to read: sums of twelve masses to the power of eight.
fn slow_game(folder: &Folder) -> String {
    let list = |entry: &dyn Fn(usize) -> String, join: &str| {
        (0..12).map(entry).collect::<Vec<_>>().join(join)
    };
    let mut text = format!(
        "format = \"smfg-game/1\"\nname = \"slow\"\nstages = 1\nstates = [{}]\n\
         actions = [\"a\", \"b\"]\ninitial = {{ {} }}\n[define]\nq = 1\n",
        list(&|k| format!("\"s{k}\""), ", "),
        list(&|k| format!("s{k} = \"1/12\""), ", "),
    );
    for rule in 1..=40 {
        let sum = list(&|k| format!("{} * mu[s{k}, a]", rule + k), " + ");
        text.push_str(&format!("[[reward]]\nvalue = \"q * ({sum})^5\"\n"));
    }
    let path = folder.file("slow.toml");
    fs::write(&path, text).expect("written");
    path
}

#[cfg(all(unix, feature = "solver"))]
fn send(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// Starts the program, sends a signal after a while, and says how long the answer took.
#[cfg(all(unix, feature = "solver"))]
fn interrupted(arguments: &[&str], after: Duration, signal: &str) -> (Duration, Output) {
    let child = smfg(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    std::thread::sleep(after);
    let start = Instant::now();
    send(signal, child.id());
    let output = child.wait_with_output().expect("it ends");
    (start.elapsed(), output)
}

#[cfg(feature = "solver")]
#[test]
fn a_sweep_of_a_slow_game_keeps_its_limit() {
    let folder = Folder::new();
    let game = slow_game(&folder);
    let arguments = ["sweep", &game, "--parameter", "q=0:1:200", "--time-limit", "3"];
    let (time, status, out, err) = timed(&arguments);
    assert!(time < Duration::from_millis(4300) + SLACK, "{time:?}");
    assert_eq!(status, 1, "{out}{err}");
    // Either some values are there, or it says what it was doing.
    assert!(out.contains("of 200 values (limit)") || err.contains("time limit passed while"));
}

#[cfg(all(unix, feature = "solver"))]
#[test]
fn interrupts_are_answered_while_a_game_is_read() {
    let folder = Folder::new();
    let game = slow_game(&folder);
    let sweep = ["sweep", &game, "--parameter", "q=0:1:200"];
    for (signal, after) in [("-INT", 300), ("-TERM", 1500)] {
        let (time, output) = interrupted(&sweep, Duration::from_millis(after), signal);
        assert!(time < Duration::from_secs(1) + SLACK, "{signal}: {time:?}");
        assert!(matches!(output.status.code(), Some(1 | 130)), "{signal}: {:?}", output.status);
    }
}

#[cfg(feature = "solver")]
#[test]
fn whatever_the_limit_bounds_are_proved() {
    let folder = Folder::new();
    let game = crate::games::long_game(&folder, 400, 5);
    let file = folder.file("long.cert");
    for limit in ["1", "3"] {
        let arguments = [
            "solve",
            &game,
            "--epsilon",
            "1/3",
            "--precision",
            "exact",
            "--time-limit",
            limit,
            "--format",
            "json",
            "--certificate",
            &file,
        ];
        let (time, status, out, err) = timed(&arguments);
        let most = Duration::from_secs_f64(limit.parse::<f64>().expect("seconds") * 1.1 + 1.0);
        assert!(time < most + SLACK, "{limit}: {time:?}");
        assert_eq!(status, 1, "{limit}: {err}");
        let result = json(&out);
        assert_eq!(
            (&result["status"], &result["termination"]),
            (&"limit".into(), &"time_limit".into())
        );
        let end = |key: &str| result["value"][key].to_string().parse::<f64>().expect("a number");
        assert!(end("lower_decimal") <= end("upper_decimal"));
        assert_eq!(run(&["check", &game, &file]).0, 0, "{limit}");
    }
}

/// A game of 10^6 stages and four states: gigabytes when it is made ready for a search.
fn endless_game(folder: &Folder) -> String {
    let path = folder.file("endless.toml");
    let text = "format = \"smfg-game/1\"\nname = \"endless\"\nstages = 1000000\n\
                states = [\"a\", \"b\", \"c\", \"d\"]\nactions = [\"x\", \"y\"]\n\
                initial = { a = 1 }\n[[reward]]\nvalue = \"t * mu[a, x]\"\n\
                [[transition]]\nto = { b = \"1/3\", c = \"1/7\", a = \"rest\" }\n";
    fs::write(&path, text).expect("written");
    path
}

#[test]
fn a_million_stages_in_few_bytes_take_limited_time_and_memory() {
    let folder = Folder::new();
    let game = endless_game(&folder);
    let (time, status, out, err) = timed(&["info", &game, "--time-limit", "2"]);
    assert!(time < Duration::from_millis(3200) + SLACK, "{time:?}");
    assert!(status == 0 || err.contains("time limit passed"), "{out}{err}");
    let (time, status, out, err) =
        timed(&["info", &game, "--memory-limit", "64M", "--time-limit", "60"]);
    assert!(time < Duration::from_secs(30), "{time:?}");
    assert_eq!((status, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("memory limit was reached while"), "{err}");
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_at_once() {
    let folder = Folder::new();
    let (zero, pipe) = (folder.file("zero.toml"), folder.file("pipe.json"));
    std::os::unix::fs::symlink("/dev/zero", &zero).expect("a link");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let cases: [&[&str]; 6] = [
        &["info", &zero],
        &["info", &pipe],
        &["check", WAGES, &zero],
        &["check", WAGES, &pipe],
        &["verify", WAGES, &pipe, "--no-solve"],
        &["check", &pipe, &zero],
    ];
    for arguments in cases {
        let (time, status, out, err) = timed(arguments);
        assert!(time < Duration::from_secs(1) + SLACK, "{arguments:?}: {time:?}");
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains("pipe or a device, expected a file"), "{arguments:?}: {err}");
    }
    // An array behind a claim.
    let claim = folder.file("claim.json");
    fs::write(&claim, "{\"format\": \"smfg-claim/1\", \"policy\": \"/dev/zero\"}")
        .expect("written");
    let (_, status, _, err) = timed(&["verify", WAGES, &claim, "--no-solve"]);
    assert_eq!(status, 2);
    assert!(err.contains("pipe or a device, expected a file"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_pipe_that_the_shell_opened_is_read() {
    let script =
        format!("{} check {WAGES} <(printf 'smfg-certificate 1\\n')", env!("CARGO_BIN_EXE_smfg"));
    let output = Command::new("bash")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-c", &script])
        .output()
        .expect("bash runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("invalid\n"));
}

/// Exact flows in a game whose transitions depend on the population have twice as many digits at
/// each stage: a certificate of a kilobyte asks for numbers of 2^50 digits.
#[test]
fn exact_flows_that_double_are_refused() {
    let folder = Folder::new();
    let game = "models/susceptible_infected_51.toml";
    let info = json(&run(&["info", game, "--format", "json"]).1);
    let hash = info["game"]["hash"].as_str().expect("a hash").to_string();
    let text = format!(
        "smfg-certificate 1\ngame {hash}\nepsilon 1000\nselection pessimistic\nscope all\n\
         claim -1000 1000\ndecision 0\npopulation-witness 1000 1\npart 1\n{}\
         range-bound -1000\nend\n",
        "play 0:1/3,1:2/3*2\n".repeat(51)
    );
    let file = folder.file("doubling.cert");
    fs::write(&file, text).expect("written");
    let (time, status, out, err) = timed(&["check", game, &file]);
    assert!(time < Duration::from_secs(30), "{time:?}");
    assert_eq!(status, 1, "{err}");
    assert!(out.contains("fractions too long to compute with"), "{out}");
}

#[test]
fn long_lines_and_many_names_are_read_in_time() {
    let folder = Folder::new();
    // A certificate that is one line of 100 MB.
    let file = folder.file("line.cert");
    fs::write(&file, "x".repeat(100_000_000)).expect("written");
    let (time, status, out, _) = timed(&["check", WAGES, &file]);
    assert!(time < Duration::from_secs(5) + SLACK, "{time:?}");
    assert!(status == 1 && out.len() < 10_000, "{}", out.len());
    // A million names, one of them unknown in each of a thousand rules.
    let names: Vec<String> = (0..1_000_000).map(|k| format!("\"n{k}\"")).collect();
    let mut text = format!(
        "format = \"smfg-game/1\"\nname = \"names\"\nstages = 1\nstates = [{}]\n\
         actions = [\"a\"]\ninitial = {{ n0 = 1 }}\n",
        names.join(",")
    );
    for k in 0..1000 {
        text.push_str(&format!("[[reward]]\nstate = \"m{k}\"\nvalue = 1\n"));
    }
    let game = folder.file("names.toml");
    fs::write(&game, text).expect("written");
    let (time, status, _, err) = timed(&["info", &game, "--time-limit", "60"]);
    assert!(time < Duration::from_secs(60), "{time:?}");
    assert_eq!(status, 2);
    assert!(err.contains("m0") && err.lines().count() < 100, "{}", err.lines().count());
}

#[test]
fn a_check_without_time_is_undecided() {
    let folder = Folder::new();
    let file = folder.file("any.cert");
    let game = slow_game(&folder);
    // Whoever asks for no time gets no verdict, unless it is there at once.
    fs::write(&file, "smfg-certificate 1\n").expect("written");
    let (time, status, out, err) = timed(&["check", &game, &file, "--time-limit", "0"]);
    assert!(time < Duration::from_secs(1) + SLACK, "{time:?}");
    assert_eq!(status, 1, "{out}{err}");
}
