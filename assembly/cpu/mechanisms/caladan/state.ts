// What belongs to caladan: its knobs, and what its controllers remember.

@unmanaged
export class CaladanKnobs {
  moveLatencyNs: f64; //                 decision to first instruction when the core is taken from somebody
  bestEffortQuantumNs: f64; //           after which a best-effort vCPU's core may go to a best-effort VM that has none
  htPunishNs: f64; //                    of the lanes' controller, 0: off
  bandwidthLimitBytesPerSecond: f64; //  of the bandwidth's, 0: off
}

@unmanaged
export class Controllers {
  at: u64; //    when they are to look next
  phase: u32; // of the bandwidth's
}
