//! How a model client fetches: one scenario for each row of docs/etiquette.md, over at least three polls with the clock
//! moved. A server on an address of its own tells what it was asked; `feeds list` and the report tell what the operator
//! sees.

mod bodies;
mod charsets;
mod failures;
mod freshness;
mod head;
mod hosts;
mod names;
mod page;
mod pages;
mod redirects;
mod row;
mod throttling;
mod timers;
mod validators;
mod vanishing;
