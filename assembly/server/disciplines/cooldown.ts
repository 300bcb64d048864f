// Two that share one server by turns (Valve): the foreground takes it as soon as it has work; the background has it again when the
// foreground has had none for a cooldown, so that gaps within its work do not let the background in. Work of the foreground that comes up
// to and in the instant at which the cooldown ends finds the server its own.

@unmanaged
export class Cooldown {
  length: u64;
  /** When the foreground had its last work; -1: it has had none, and the background has the server. */
  idleFrom: i64;
  /** The background's time before is accounted for. */
  countedTo: u64;
}

export function startCooldown(state: Cooldown, length: u64): void {
  state.length = length;
  state.idleFrom = -1;
  state.countedTo = 0;
}

/** Whether the foreground has had work. */
// @ts-ignore: decorator
@inline
export function hasBegun(state: Cooldown): bool {
  return state.idleFrom >= 0;
}

// @ts-ignore: decorator
@inline
function backgroundFrom(state: Cooldown): u64 {
  return hasBegun(state) ? <u64>state.idleFrom + state.length : 0;
}

/** Whether work of the foreground takes the server from the background at that instant. */
// @ts-ignore: decorator
@inline
export function isBackground(state: Cooldown, now: u64): bool {
  return !hasBegun(state) || now > backgroundFrom(state);
}

/** How long the background has had the server up to `until`, of what is not accounted for; it is now. */
export function backgroundTime(state: Cooldown, until: u64): u64 {
  const from = max<u64>(backgroundFrom(state), state.countedTo);
  state.countedTo = max<u64>(until, state.countedTo);
  return until > from ? until - from : 0;
}

/** The foreground's work has ended, for now. */
export function beginCooldown(state: Cooldown, now: u64): void {
  state.idleFrom = now;
  state.countedTo = now;
}
