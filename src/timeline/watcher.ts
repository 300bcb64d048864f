// Who looks at a running host between its events: it reads records and changes nothing, so a watched run has the result of one
// that nobody watches.

export interface Watcher {
  /** Up to where the run may go on before it is looked at; `oneByOne`: after every event until then. */
  next(nowNs: number): { readonly pauseNs: number; readonly oneByOne: boolean };
  /** The run has come to `nowNs`; `paused`: nothing of this instant is left to happen. */
  look(nowNs: number, paused: boolean): void;
}

/** Nothing is looked at any more. */
export const UNWATCHED = { pauseNs: Infinity, oneByOne: false } as const;
