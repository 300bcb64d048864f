// Ranks: what happens first within one nanosecond, as docs/model/order.md has it; those that are missing are planned there. A task
// that ends is done before anything can preempt it, an arrival finds free what becomes free with it, who decides or looks sees both.
// @ts-ignore: decorator
@inline export const RANK_WARMUP: u64 = 0; // statistics begin
// @ts-ignore: decorator
@inline export const RANK_END: u64 = 1; // a running task comes to its section, the section's end or its own
// @ts-ignore: decorator
@inline export const RANK_STEP: u64 = 2; // of a core's move; a steal, a yield
// @ts-ignore: decorator
@inline export const RANK_SERVE: u64 = 3; // a memory worker or device is done, a phase of an upgrade ends
// @ts-ignore: decorator
@inline export const RANK_FAULT: u64 = 4; // a page fault has left the guest
// @ts-ignore: decorator
@inline export const RANK_READY: u64 = 5; // an instance has started
// @ts-ignore: decorator
@inline export const RANK_TOUCH: u64 = 6; // a running task comes to a page that is missing
// @ts-ignore: decorator
@inline export const RANK_QUANTUM: u64 = 7;
// @ts-ignore: decorator
@inline export const RANK_REPLENISH: u64 = 8; // a period begins, quotas are filled
// @ts-ignore: decorator
@inline export const RANK_PREWARM: u64 = 9; // a function's instance is there ahead of a request
// @ts-ignore: decorator
@inline export const RANK_ARRIVAL: u64 = 10;
// @ts-ignore: decorator
@inline export const RANK_MODULATE: u64 = 11; // what was due in the old state has come
// @ts-ignore: decorator
@inline export const RANK_EXPIRE: u64 = 12; // a quota is used up; an instance goes
// @ts-ignore: decorator
@inline export const RANK_BACKGROUND: u64 = 13; // a scan, background work that the budget allows again
// @ts-ignore: decorator
@inline export const RANK_ROUND: u64 = 14; // the arbiter's round or poll, ditto's sample
// @ts-ignore: decorator
@inline export const RANK_CONTROL: u64 = 15; // caladan's controllers, which its source asks after the poll
// @ts-ignore: decorator
@inline export const RANK_LOOK: u64 = 16; // a searcher looks into a queue
// @ts-ignore: decorator
@inline export const RANK_GIVE_UP: u64 = 17; // the search is over, when its last look has found nothing
// @ts-ignore: decorator
@inline export const RANK_SAMPLE: u64 = 19; // series see the whole instant
// @ts-ignore: decorator
@inline export const RANK_LAST: u64 = 31; // nsdi22's end of an instant
