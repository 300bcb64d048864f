// Two tiers with promotion after the N-th slow access, as a C program would do it: what assembly/residency is measured against.
//   tiers FILE ACCESSES UNITS CAPACITY N FAST_NS SLOW_NS MOVE_NS
// FILE holds units, u32 each. Prints counts and the processor time of the accesses alone.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  uint32_t slow;  // accesses since it last came down
  uint32_t level; // 0: never touched, 1: fast, 2: slow
  uint32_t newer, older;
} Unit;

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  const uint64_t accesses = strtoull(argv[2], 0, 10);
  const uint32_t units = atoi(argv[3]), capacity = atoi(argv[4]), threshold = atoi(argv[5]);
  const uint64_t fast = atoll(argv[6]), slow = atoll(argv[7]), move = atoll(argv[8]);
  uint32_t *trace = malloc(accesses * 4);
  Unit *unit = calloc(units + 1, sizeof(Unit)); // 0: the list's sentinel
  FILE *file = fopen(argv[1], "rb");
  if (!trace || !unit || !file || fread(trace, 4, accesses, file) != accesses) return 1;
  uint64_t hits = 0, promotions = 0, spent = 0;
  uint32_t resident = 0;
  const clock_t from = clock();
  for (uint64_t i = 0; i < accesses; i++) {
    const uint32_t at = trace[i] + 1;
    Unit *u = &unit[at];
    if (u->level == 1) {
      hits++;
      spent += fast;
      unit[u->older].newer = u->newer;
      unit[u->newer].older = u->older;
    } else {
      spent += slow;
      const int first = u->level == 0;
      if (!(first && resident < capacity)) {
        u->level = 2;
        if (++u->slow < threshold) continue;
        promotions++;
        spent += move;
        if (resident == capacity) {
          Unit *victim = &unit[unit[0].newer];
          unit[0].newer = victim->newer;
          unit[victim->newer].older = 0;
          victim->level = 2;
          victim->slow = 0;
          resident--;
          spent += move;
        }
      }
      u->level = 1;
      resident++;
    }
    const uint32_t last = unit[0].older;
    u->older = last;
    u->newer = 0;
    unit[last].newer = at;
    unit[0].older = at;
  }
  const double took = (double)(clock() - from) / CLOCKS_PER_SEC;
  printf("{\"seconds\":%.6f,\"hits\":%llu,\"promotions\":%llu,\"totalNs\":%llu}\n", took, (unsigned long long)hits,
         (unsigned long long)promotions, (unsigned long long)spent);
  return 0;
}
