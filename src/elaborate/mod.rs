//! From what searches find to steps of the kernel. Nothing here is trusted: the kernel refuses what
//! is wrong.

pub mod log;
