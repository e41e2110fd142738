//! The games in models/.

use smfg::game::Game;

/// A shipped model.
pub fn model(name: &str) -> Game {
    Game::load(format!("models/{name}.toml")).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A shipped model with another `delta`.
pub fn model_with_delta(name: &str, delta: &str) -> Game {
    let text = std::fs::read_to_string(format!("models/{name}.toml")).expect("a shipped model");
    assert!(text.contains("\ndelta = 0\n"), "{name} has no delta");
    Game::parse_toml(&text.replace("\ndelta = 0\n", &format!("\ndelta = \"{delta}\"\n")))
        .unwrap_or_else(|errors| panic!("{errors}"))
}
