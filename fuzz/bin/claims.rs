#![no_main]
mod counted;
#[path = "../targets.rs"]
mod targets;

counted::fuzz!(targets::claims);
