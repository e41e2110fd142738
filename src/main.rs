//! The program `smfg`.

fn main() -> std::process::ExitCode {
    smfg::cli::run()
}
