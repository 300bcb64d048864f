// Whose requests come next, for a host of so many VMs that what a request reads is in no cache: those of the next few arrivals are read
// together, so that the processor waits for many lines of memory at once, and once. Nobody's result hangs on it.
//
// Time is cut into bits as long as FEW arrivals take on average. Each has a list of the VMs that have one in it, unless there are more, or
// it is so far off that another bit has the same list; in the bit before, all on it are read.

import { allocate } from "../../kernel/arena";
import { readAhead } from "../../kernel/ahead";
import { sourceAt } from "../../kernel/source-queue";
import { H, Q, VCpu, Vm, arrivals, clock, countersOf, vmAt } from "../state";
import * as L from "../../layout";

// @ts-ignore: decorator
@inline const MANY_VMS: u32 = 512; // so many no longer lie in a cache of 1 MiB
// @ts-ignore: decorator
@inline const FEW: f64 = 8;
// @ts-ignore: decorator
@inline const MOST: u32 = 16; // of a list that are read

@unmanaged
class Upcoming {
  lists: usize; //  u32 each: index of the first VM, + 1; 0: no host of many VMs
  links: usize; //  a Link of each VM
  mask: u64; //     lists, less 1
  shift: u64; //    log2 of how long a bit of time is, ns
  bit: u64; //      the present one
}

const U: Upcoming = changetype<Upcoming>(memory.data(offsetof<Upcoming>(), 64));

/** Beside each other, what leads from a VM to all that is read. */
@unmanaged
class Link {
  next: u32; // in its list, index + 1
  vcpu: u32; // number of its first vCPU
}

// @ts-ignore: decorator
@inline
function linkOf(index: u32): Link {
  return changetype<Link>(U.links + <usize>index * <usize>offsetof<Link>());
}

// @ts-ignore: decorator
@inline
function listAt(bit: u64): usize {
  return U.lists + (<usize>(bit & U.mask) << 2);
}

/** Room for it, when the VMs are laid out. False: memory cannot grow that far. */
export function layUpcoming(): bool {
  if (H.vmCount < MANY_VMS) return true;
  let lists: u64 = 1;
  while (lists < <u64>H.vmCount) lists <<= 1; // so that what is some eight mean gaps away has a list of its own
  U.mask = lists - 1;
  U.links = allocate(<u64>H.vmCount * offsetof<Link>() + (lists << 2));
  if (U.links == 0) return false;
  for (let i: u32 = 0; i < H.vmCount; i++) linkOf(i).vcpu = <u32>((vmAt(i).vcpus - H.vcpus) / offsetof<VCpu>());
  return true;
}

/** All arrive at the rates of now; a fork may change them, and makes bits a little long or short then. */
export function beginUpcoming(): void {
  if (U.links == 0) return;
  let rate: f64 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) if (vmAt(i).gapMean > 0) rate += 1 / vmAt(i).gapMean;
  if (rate == 0) return;
  U.shift = 63 - clz<u64>(<u64>(FEW / rate) | 1);
  U.lists = changetype<usize>(linkOf(H.vmCount));
}

/** Whether anything may come to be read ahead. */
export function mayLookAhead(): bool {
  return U.links != 0;
}

/** Whether anything is read ahead. */
// @ts-ignore: decorator
@inline
export function looksAhead(): bool {
  return U.lists != 0;
}

/** A request of `vm` has come; when the next one does is drawn already. */
export function comesAgain(vm: Vm): void {
  const at = clock.now + <u64>(<i64>(vm.gapMean * vm.ahead + vm.carry));
  const list = listAt(at >> U.shift);
  const link = linkOf(vm.index);
  link.next = load<u32>(list);
  store<u32>(list, vm.index + 1);
  const bit = clock.now >> U.shift;
  if (bit != U.bit) readNext(bit);
}

/** `bit` has begun. A list may lead into another one, or to its own beginning, where its VMs have got on without its being read. */
function readNext(bit: u64): void {
  U.bit = bit;
  const list = listAt(bit + 1);
  let next = load<u32>(list);
  store<u32>(list, 0);
  let read: u64 = 0;
  for (let n = MOST; next != 0 && n != 0; n--) {
    const vm = vmAt(next - 1);
    const at = changetype<usize>(vm);
    const link = linkOf(next - 1);
    const vcpu = link.vcpu;
    next = link.next;
    const v = H.vcpus + <usize>vcpu * <usize>offsetof<VCpu>();
    read ^= load<u64>(at, offsetof<Vm>("queued")) ^ load<u64>(at, offsetof<Vm>("ingressHead")) ^ load<u64>(at, offsetof<Vm>("dormantBits"));
    read ^= load<u64>(at, offsetof<Vm>("ahead")) ^ load<u64>(countersOf(vm), L.VM_WORK_NS << 3) ^ load<u64>(v) ^ load<u64>(v, offsetof<VCpu>("faultUntil"));
    read ^= load<u32>(Q.position + (<usize>(H.slotVcpus + vcpu) << 2));
    const leaf = sourceAt(arrivals, vm.index);
    read ^= load<u64>(leaf) ^ load<u64>(((leaf >> 1) + arrivals.half) & ~15);
  }
  readAhead(read);
}
