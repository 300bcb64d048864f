// What a VM whose tasks have an order or deadlines has beside its record (guest/order.ts). In linear memory, as all that changes in a run.

/** Of a VM whose tasks have an order or deadlines (guest/order.ts). */
@unmanaged
export class Order {
  slot: u32; //       timer: the next deadline or change of the order
  kind: u32; //       ORDER_*
  bins: u64;
  range: u64; //      ns that the bins divide
  tick: u64; //       ns: slack is looked at at its multiples
  base: f64; //       ns of a decision
  each: f64; //       ns for (how many are to choose from)^exponent
  exponent: f64;
  deadline: i64; //   ns from arrival, -1: none
  given: i64; //      the same of the request that arrives now, -1: the VM's
  ready: u64; //      tasks that have become ready
  abandons: u32; //   1: requests end at their deadline
  single: u32; //     1: requests of one task
}
