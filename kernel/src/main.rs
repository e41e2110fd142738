//! `smfg-kernel LISTING LOG`.
fn main() {}
