// What belongs to cgroup: its knobs, of each VM its control group, and the host's.

@unmanaged
export class CgroupKnobs {
  periodNs: f64;
  contextSwitchNs: f64;
}

/** A VM's control group. */
@unmanaged
export class Quota {
  usedUntil: u64; //      when what it has used was last brought up to date, + 1; where nobody is limited not as cores are lost
  throttledSince: u64; // and booked, + 1; 0: it is not
  rank: u64; //           with which it stands among those that want a core (wanting.ts)
  since: u64; //          and how long its backlog had lasted
  place: u32; //          where, + 1; 0: it does not
  stopped: u32; //        1: throttled in the period before
}

/** The host's. */
@unmanaged
export class Groups {
  gridAt: u64; //    an instant at which a period begins
  period: u64; //    of the periods from then on
  usedUntil: u64; // of every VM, where nobody is limited
  throttled: u32; // VMs that are
  limited: u32; //   0: none is, nor can be
}
