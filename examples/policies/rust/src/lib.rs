//! The policy of docs/extending.md: a task goes to the least loaded vCPU, a thief looks at its pair first, and a VM gets a core for
//! each waiting task once the oldest has waited 20 us. Whose core that is, the host's rule says.
#![no_std]

mod fluxhost;
use fluxhost::*;

#[no_mangle]
pub extern "C" fn dispatch(vm: u32, active: u32) -> u32 {
    let (mut best, mut least) = (0, u32::MAX);
    for i in 0..active {
        if least == 0 {
            break;
        }
        let load = active_load(vm, i);
        if load < least {
            (best, least) = (i, load);
        }
    }
    best
}

#[no_mangle]
pub extern "C" fn first_victim(vm: u32, vcpu: u32) -> u32 {
    let pair = vcpu ^ 1;
    if pair < vcpus(vm) {
        pair
    } else {
        0 // the last of an odd number has none
    }
}

#[no_mangle]
pub extern "C" fn cores_wanted(vm: u32) -> u32 {
    if oldest_delay_ns(vm) < 20_000.0 {
        return 0;
    }
    waiting(vm).saturating_sub(cores_coming(vm))
}

#[no_mangle]
pub extern "C" fn victim(_vm: u32) -> u32 {
    BY_RULE
}
