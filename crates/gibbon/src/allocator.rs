//! The allocator: mimalloc, since glibc's gives memory of worker threads back late and takes a lock to do so.
//!
//! The crate of that name asks for every block by its alignment, and the library then looks for one that has it. Nearly
//! all blocks need no looking for: those of mimalloc are aligned to 16 bytes where they have 16 bytes or more, and to 8
//! otherwise (`MI_MAX_ALIGN_SIZE`). A plain request has eleven blocks, and asking so takes 450 instructions instead of 800.

#![expect(unsafe_code, reason = "an allocator is unsafe to be asked, and to write")]

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys::mi_malloc;
use mimalloc::MiMalloc;

/// See the module.
pub(crate) struct Allocator;

/// The alignment that blocks of at least as many bytes have.
const GIVEN: usize = 16;

// SAFETY: all blocks are mimalloc's, by whichever function they were asked for, and any of its functions may free one or
// make it larger. `mi_malloc` gives blocks that are aligned as `is_aligned_anyway` says.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_aligned_anyway(layout) {
            // SAFETY: it may be asked for any size.
            return unsafe { mi_malloc(layout.size()) }.cast();
        }
        // SAFETY: the caller keeps the same promises.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { MiMalloc.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { MiMalloc.realloc(block, layout, size) }
    }
}

fn is_aligned_anyway(layout: Layout) -> bool {
    layout.align() <= GIVEN && layout.align() <= layout.size()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_every_size_and_alignment_are_aligned_and_keep_what_is_written() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in (1..200).chain([1000, 1024, 1025, 4095, 70_000]) {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: the layout is not empty, and what is written and read is within the block.
                unsafe {
                    let block = Allocator.alloc(layout);
                    assert_eq!(block.addr() % align, 0, "{layout:?}");
                    block.write_bytes(0xA5, size);
                    let larger = Allocator.realloc(block, layout, size * 2);
                    assert_eq!(larger.addr() % align, 0, "{layout:?}");
                    assert!((0..size).all(|at| *larger.add(at) == 0xA5));
                    Allocator.dealloc(larger, Layout::from_size_align(size * 2, align).unwrap());
                }
            }
        }
    }
}
