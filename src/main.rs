//! The program `smfg`.

mod allocator;

#[global_allocator]
static ALLOCATOR: allocator::Limited = allocator::Limited;

fn main() -> std::process::ExitCode {
    smfg::cli::run()
}
