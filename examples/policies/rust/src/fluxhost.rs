//! The policy interface of Fluxhost, version 1 (docs/policy-abi.md). VMs and vCPUs are numbers from 0. Looking changes nothing;
//! looking at what is not there ends the run.
#![allow(dead_code)]

macro_rules! looks {
    ($($(#[$about:meta])* fn $name:ident($($parameter:ident),*) -> $answer:ty;)*) => {
        mod raw {
            #[link(wasm_import_module = "fluxhost_v1")]
            extern "C" { $(pub fn $name($($parameter: u32),*) -> $answer;)* }
        }
        $($(#[$about])* #[inline] pub fn $name($($parameter: u32),*) -> $answer { unsafe { raw::$name($($parameter),*) } })*
    };
}

looks! {
    /// Simulated time, ns: a whole number below 2^53.
    fn now_ns() -> f64;
    /// VMs of the host.
    fn vms() -> u32;
    /// Cores for VMs, without those that poll.
    fn cores() -> u32;
    fn idle_cores() -> u32;
    fn cores_held(vm) -> u32;
    /// Promised, on their way.
    fn cores_coming(vm) -> u32;
    /// `vcpus.min`.
    fn guarantee(vm) -> u32;
    /// `vcpus.max`.
    fn vcpus(vm) -> u32;
    /// 1, or 0 for best-effort.
    fn latency_critical(vm) -> u32;
    fn priority(vm) -> i32;
    /// Tasks that wait anywhere in the VM.
    fn waiting(vm) -> u32;
    /// How long the oldest has waited, ns; 0: none waits.
    fn oldest_delay_ns(vm) -> f64;
    /// vCPUs to which tasks are dispatched.
    fn active_vcpus(vm) -> u32;
    /// Which vCPU the `place`-th of them is.
    fn active_vcpu(vm, place) -> u32;
    /// Its tasks: those that wait, and the one that runs.
    fn active_load(vm, place) -> u32;
    fn queue_length(vm, vcpu) -> u32;
    /// 1: has a core, runs nothing, looks for work.
    fn searching(vm, vcpu) -> u32;
    /// Cores of `from` that `vm` may take now.
    fn takeable(vm, from) -> u32;
}

/// Answer of `victim`: whom the host's own rule names.
pub const BY_RULE: u32 = 0xffff_ffff;
/// Answer of `victim`: nobody loses a core.
pub const NOBODY: u32 = 0xffff_fffe;

#[no_mangle]
pub extern "C" fn fluxhost_policy_version() -> u32 {
    1
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
