//! Rows of data that the library is tried on natively, as WebAssembly and under Viceroy.

pub(crate) mod cases;
pub(crate) mod hostile;
pub(crate) mod unchecked;
