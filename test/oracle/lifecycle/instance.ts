// A request and an instance, in the naive simulator of functions.

export interface Request {
  readonly fn: number;
  readonly arrivedNs: number;
  readonly serviceNs: number;
}

export interface Instance {
  readonly id: number;
  readonly fn: number;
  state: 'starting' | 'active' | 'dormant';
  lastStartNs: number;
  uses: number;
  running: number;
  /** Requests that enter when it is ready. */
  readonly waiting: Request[];
  /** Its EXPIRE; Infinity: none is planned. */
  expiresNs: number;
  /** Of all EXPIREs that were planned. */
  expiry: number;
  priority: number;
}
