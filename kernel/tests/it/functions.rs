//! Functions of one argument: enclosures, domains, lines, and proofs about games that have them.

use crate::text::n;
use smfg_kernel::{Function, enclose};

#[test]
fn smoke() {
    for (f, x) in [(Function::Exp, "1"), (Function::Exp, "-1/3"), (Function::Log, "2"), (Function::Log, "1/1000000000000"), (Function::Root(3), "2"), (Function::Root(2), "4/9"),(Function::Log,"1001/1000"), (Function::Exp, "100000"),(Function::Exp, "1/100000000000000000000000000000000000")] {
        let t = std::time::Instant::now();
        let (a, b) = enclose(f, &n(x), 64).unwrap();
        println!("{f:?} {x} {:?} {:?} {:?}", a.to_f64().value(), b.to_f64().value(), t.elapsed());
        println!("{:?}", ((&b - &a) / &a).to_f64().value().log2());
    }
}
