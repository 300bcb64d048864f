// What the boundary to the core refuses or cannot go on with.

/** The core answered something that only a defect of fluxhost explains. */
export class CoreError extends Error {
  override readonly name = 'CoreError';
}

/** The simulation was used after close. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  constructor() {
    super('this simulation is closed: create another');
  }
}

/** A run came to one of its limits: nothing was lost, and the message names the limit to raise. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  constructor(
    readonly limit: string,
    readonly value: number,
    message: string,
  ) {
    super(message);
  }
}
