// The C anchor: the M/M/k of case "ideal" written directly, as fast as a straightforward program can be.
// The same draws as the core's (xoroshiro128++ streams seeded by SplitMix64, 256-layer exponential ziggurat), the same order
// of events and the same three log-linear histograms, so that its totals are those of the simulator, bit for bit.
// Left out: everything else that a host has (VMs, vCPU states, core-time accounts, mechanisms, the fingerprint).
#include "kernel.h"

static Histogram latency = {.min = UINT64_MAX}, delay = {.min = UINT64_MAX}, slowdown = {.min = UINT64_MAX};

// --- the model
typedef struct { u64 arrived, service; } Request;
static Request *queue, *serving;
static u32 head, waiting, mask;

static inline void finish(Request r, u64 now) {
  u64 spent = now - r.arrived;
  record(&latency, spent);
  u64 ideal = r.service ? r.service : 1;
  record(&slowdown, (u64)(int64_t)((double)(int64_t)spent * 1024.0 / (double)(int64_t)ideal));
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "mmk: given %d arguments, expected SERVERS RATE MEAN_NS UNTIL_NS SEED ENTITY\n", argc - 1);
    return 2;
  }
  u32 servers = (u32)strtoul(argv[1], NULL, 10);
  double gap_mean = 1e9 / strtod(argv[2], NULL), mean = strtod(argv[3], NULL);
  u64 until = strtoull(argv[4], NULL, 10), seed = strtoull(argv[5], NULL, 10), entity = strtoull(argv[6], NULL, 10);
  prepare_tables();
  Stream arrivals = seeded(seed, entity, 1), services = seeded(seed, entity, 2);
  heap = aligned_alloc(64, 64 * (servers + 64) / 64 * 64);
  heap += 3; // a family of children fills one cache line
  serving = calloc(servers, sizeof *serving);
  queue = malloc(sizeof *queue << 10);
  mask = (1 << 10) - 1;
  u32 *idle = malloc(sizeof *idle * servers), idle_count = 0;
  for (u32 k = servers; k > 0; k--) idle[idle_count++] = k;
  double carry = 0;
  u64 events = 0, arrived = 0;

  struct timespec from, to, cpu_from, cpu_to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_from);
  double gap = gap_mean * exponential(&arrivals);
  carry = gap - (double)(int64_t)gap;
  push((u64)(int64_t)gap, 0);
  for (;;) {
    u64 now = heap[0].time;
    if (now > until) break;
    u32 slot = (u32)heap[0].key & 0xffffff;
    events++;
    if (slot == 0) {
      gap = gap_mean * exponential(&arrivals) + carry;
      int64_t whole = (int64_t)gap;
      carry = gap - (double)whole;
      replace_top(now + (u64)whole, 0);
      arrived++;
      Request r = {now, (u64)(int64_t)(mean * exponential(&services) + 0.5)};
      if (idle_count > 0) {
        u32 server = idle[--idle_count];
        serving[server - 1] = r;
        record(&delay, 0);
        push(now + r.service, server);
      } else {
        if (waiting > mask) {
          Request *wider = malloc(sizeof *queue * 2 * (mask + 1));
          for (u32 i = 0; i < waiting; i++) wider[i] = queue[(head + i) & mask];
          free(queue);
          queue = wider;
          head = 0;
          mask = 2 * mask + 1;
        }
        queue[(head + waiting++) & mask] = r;
      }
    } else {
      finish(serving[slot - 1], now);
      if (waiting > 0) {
        Request r = queue[head++ & mask];
        waiting--;
        serving[slot - 1] = r;
        record(&delay, now - r.arrived);
        replace_top(now + r.service, slot);
      } else {
        idle[idle_count++] = slot;
        pop();
      }
    }
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_to);
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("{\"wall\":%.9f,\"cpu\":%.9f,\"events\":%" PRIu64 ",\"arrived\":%" PRIu64 ",", between(from, to), between(cpu_from, cpu_to), events, arrived);
  print("latencyNs", &latency);
  putchar(',');
  print("queueDelayNs", &delay);
  putchar(',');
  print("slowdown", &slowdown);
  puts("}");
  return 0;
}
