//! An edition's content in the forms that readers take it in.

pub mod ics;
