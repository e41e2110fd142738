//! Certificates, read line by line.

use smfg::certificate::{Claim, Reader, Step};

/// The claim and all steps of a certificate, whose last line is its end.
pub fn read(text: &[u8], stages: usize, states: usize) -> (Claim, Vec<Step>) {
    let (mut reader, claim) = Reader::start(text, stages, states).expect("a header");
    let mut steps = Vec::new();
    while let Some(step) = reader.step().expect("a step") {
        steps.push(step);
    }
    assert!(reader.step().expect("the end").is_none());
    assert_eq!(reader.line(), text.iter().filter(|&&byte| byte == b'\n').count());
    (claim, steps)
}
