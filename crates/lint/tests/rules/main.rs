#![cfg(test)]
//! The rules, told by configurations as literals.

mod found;
mod size;
mod world;
