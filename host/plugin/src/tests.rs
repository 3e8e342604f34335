//! What hostile guests can do to the host: nothing but fail.

mod calls;
mod guests;
mod hostile;
mod loading;
mod measure;
mod swap;
mod watching;
