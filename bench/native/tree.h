// Pending events of hyperflux.c and faults.h, one of each slot at most: a tree of winners, the soonest at the root. A key is time, rank and
// slot; of two of the same nanosecond and rank the place decides. What is not pending is later than all.
// Whoever includes this says how large it is, SLOT_BITS, RANK_BITS, LEAVES, NOBODY, NEVER, and how `replay` is compiled, REPLAY.
static u64 keys[2 * LEAVES], places[LEAVES];
static u32 happening; // the slot whose event happens now: it is taken out behind it, unless it was planned anew meanwhile

static inline u64 no_key(u32 slot) { return NEVER - ((u64)slot << SLOT_BITS); }
static inline u32 slot_of(u64 key) { return (u32)key & (LEAVES - 1); }
static void begin_events(void) {
  for (u32 slot = 0; slot < LEAVES; slot++) keys[LEAVES + slot] = no_key(slot);
  for (u32 i = LEAVES - 1; i > 0; i--) keys[i] = keys[2 * i + 1]; // the later leaf has the lesser key
  happening = NOBODY;
}
/** The slot's event is at another time: all on its way to the root is played again. */
static REPLAY void replay(u32 slot, u64 key) {
  u32 i = LEAVES + slot;
  keys[i] = key;
  for (u32 level = 0; level < SLOT_BITS; level++) {
    u64 other = keys[i ^ 1], sooner = other < key ? other : key;
    if (__builtin_expect((other ^ key) < LEAVES, 0)) sooner = places[slot_of(other)] < places[slot_of(key)] ? other : key;
    key = sooner;
    i >>= 1;
    keys[i] = key;
  }
}
static inline void plan_at(u32 slot, u64 at, u64 rank, u64 place) {
  places[slot] = place;
  if ((slot ^ happening) < 2) { // the same or its neighbour, on the same way to the root
    keys[LEAVES + happening] = no_key(happening);
    happening = NOBODY;
  }
  replay(slot, (at << RANK_BITS | rank) << SLOT_BITS | slot);
}
static inline void cancel(u32 slot) {
  if (keys[LEAVES + slot] != no_key(slot)) replay(slot, no_key(slot));
}
