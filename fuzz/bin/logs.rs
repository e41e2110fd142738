#![no_main]
#[path = "../targets.rs"]
mod targets;
mod counted;

counted::fuzz!(targets::logs);
