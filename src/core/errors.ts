// What the boundary to the core refuses or cannot go on with.

/** The core answered something that only a defect of fluxhost explains. */
export class CoreError extends Error {
  /** Tells it from other errors. */
  override readonly name = 'CoreError';
}

/** The simulation was used after close. */
export class ClosedError extends Error {
  /** Tells it from other errors. */
  override readonly name = 'ClosedError';
  constructor() {
    super('this simulation is closed: create another');
  }
}

/** A run came to one of its limits: nothing was lost, and the message names the limit to raise. */
export class LimitError extends Error {
  /** Tells it from other errors. */
  override readonly name = 'LimitError';
  constructor(
    /** The field of the scenario that is the limit. */
    readonly limit: string,
    /** What it is. */
    readonly value: number,
    message: string,
  ) {
    super(message);
  }
}
