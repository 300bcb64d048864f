// A part of the host: a subsystem with words of the configuration, records, timer slots, events, counters and laws of its own, such as
// swapped memory. It is a folder, whose index fills a Part in when the core starts, and a line in parts.ts. Where a task meets it (it arrives, may have to
// stop, is ready again), the call is static and lies in the part's lower half (docs/architecture.md); all else goes through here:
//
//   onSlots          before anything is laid out: how many timer slots it needs
//   onConfigure      the host's records are laid out, and nothing has happened: lays its own out. Answers 0 or E_*
//   onEvent          the event of one of its slots, counted from its first
//   onBegin          the warm-up is over: counters begin anew
//   onSettle         counters are about to be read: writes what is now, and answers 0 or E_CONSERVATION
//   onArrive         a request has arrived that is none of a VM's (lifecycle): its number, its service in ns; below 0: so many are announced
//   onAnswer         one of its tasks has ended: the VM, the record, which is free already and still holds what it held
//
// A part whose section is not in the configuration is never called. The records are in linear memory, so a snapshot holds them.

import * as L from "../layout";

// @ts-ignore: decorator
@inline const COUNTER_SETS: u32 = 4;

@unmanaged
export class Part {
  section: usize; //    its words; 0: this host has no such part
  slot: u32; //         its first timer slot
  slotsEnd: u32; //     the first behind its last
  histograms: usize; // of its own, fit for HOST_HISTOGRAM_SUB_BITS
  private counters0: usize; // COUNTER_SETS of them
  private counters1: usize;
  private counters2: usize;
  private counters3: usize;
  private slots: u32;
  private configures: u32;
  private events: u32;
  private begins: u32;
  private settles: u32;
  private arrives: u32;
  private answers: u32;

  set onSlots(f: (section: usize) => u32) {
    this.slots = f.index;
  }
  set onConfigure(f: (part: Part) => i32) {
    this.configures = f.index;
  }
  set onEvent(f: (slot: u32) => void) {
    this.events = f.index;
  }
  set onBegin(f: () => void) {
    this.begins = f.index;
  }
  set onSettle(f: () => u32) {
    this.settles = f.index;
  }
  set onArrive(f: (number: u32, service: i64) => void) {
    this.arrives = f.index;
  }
  set onAnswer(f: (vm: usize, task: usize) => void) {
    this.answers = f.index;
  }

  /** Takes the timer slots that it needs from `first` on. */
  takeSlots(first: u32): void {
    this.slot = first;
    this.slotsEnd = first + call_indirect<u32>(this.slots, this.section);
  }
  configure(): i32 {
    return call_indirect<i32>(this.configures, this);
  }
  // @ts-ignore: decorator
  @inline
  event(slot: u32): void {
    call_indirect<void>(this.events, slot - this.slot);
  }
  begin(): void {
    call_indirect<void>(this.begins);
  }
  settle(): u32 {
    return call_indirect<u32>(this.settles);
  }
  arrive(number: u32, service: i64): void {
    call_indirect<void>(this.arrives, number, service);
  }
  answered(vm: usize, task: usize): void {
    call_indirect<void>(this.answers, vm, task);
  }

  /** Where the u64 counters of `set` are; what a set counts the part's layout.ts says. */
  countersOf(set: u32): usize {
    assert(set < COUNTER_SETS);
    return load<usize>(changetype<usize>(this) + offsetof<Part>("counters0") + ((<usize>set) << 2));
  }
  keepCounters(set: u32, at: usize): void {
    assert(set < COUNTER_SETS);
    store<usize>(changetype<usize>(this) + offsetof<Part>("counters0") + ((<usize>set) << 2), at);
  }
}

const PARTS: usize = memory.data(offsetof<Part>() * L.PARTS, 64);

// @ts-ignore: decorator
@inline
export function partAt(number: u32): Part {
  assert(number < <u32>L.PARTS);
  return changetype<Part>(PARTS + <usize>number * offsetof<Part>());
}
