// What Linux's own steps take on this machine: one thread to the next on a CPU, a wake-up across CPUs, a signal to a running thread, a
// fault served by userfaultfd, a page out to a swap device and in again.
//
//     cc -O2 -o costs costs.c -lpthread && ./costs threads && ./costs fault && ./costs swap /dev/zram1 /sys/block/zram1/mm_stat
//
// One line of JSON each: in ns, of each step the least median of several rounds, and least, median and 90 % of all. What the machine does
// not let (rights, no second CPU) is told as {"why": …}, status 3. Threads have real-time priority for milliseconds at a time.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 15
#define TIMES 400
#define PAGE 4096
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int give_up(const char *what) {
  printf("{\"why\":\"%s: %s\"}\n", what, strerror(errno));
  exit(3);
}

static void be(int cpu, int priority) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) give_up("no such CPU");
  struct sched_param first = { .sched_priority = priority };
  sched_setscheduler(0, priority > 0 ? SCHED_FIFO : SCHED_OTHER, &first); // goes on without
}

static long futex(_Atomic uint32_t *at, int operation, uint32_t value) { return syscall(SYS_futex, at, operation, value, NULL, NULL, 0); }

// What reading the clock takes is taken off.
static uint64_t clock_ns;
static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

struct step {
  const char *name;
  int count, from; // values, and those before this round
  uint64_t least, of[ROUNDS * TIMES];
};

static void add(struct step *step, uint64_t ns) { step->of[step->count++] = ns > clock_ns ? ns - clock_ns : 0; }

static void end_round(struct step *step) {
  int n = step->count - step->from;
  if (n == 0) return;
  qsort(step->of + step->from, (size_t)n, sizeof(uint64_t), by_value);
  uint64_t median = step->of[step->from + n / 2];
  if (step->from == 0 || median < step->least) step->least = median;
  step->from = step->count;
}

static void tell(struct step *step, const char *before) {
  qsort(step->of, (size_t)step->count, sizeof(uint64_t), by_value);
  printf("%s\"%s\":{\"ns\":%llu,\"least\":%llu,\"median\":%llu,\"p90\":%llu,\"count\":%d}", before, step->name, (unsigned long long)step->least,
         (unsigned long long)step->of[0], (unsigned long long)step->of[step->count / 2], (unsigned long long)step->of[step->count * 9 / 10], step->count);
}

static void look_at_clock(void) {
  uint64_t least = UINT64_MAX;
  for (int i = 0; i < 10000; i++) {
    uint64_t from = now(), ns = now() - from;
    if (ns < least) least = ns;
  }
  clock_ns = least;
}

static void rest(void) { usleep(30000); } // real-time threads leave the machine to others in between

// ---- threads

static _Atomic uint32_t turn, ready, over;
static _Atomic uint64_t stamp;
static struct step yielding = { .name = "switch" }, handing = { .name = "block" }, waking = { .name = "wake" }, issuing = { .name = "issue" }, signalling = { .name = "signal" };

/** On one CPU: two threads give it to each other. */
static void *yield_beside(void *unused) {
  be(1, 50);
  atomic_store(&ready, 1);
  while (atomic_load(&over) == 0) sched_yield();
  return unused;
}
static void yields(void) {
  pthread_t other;
  atomic_store(&ready, 0), atomic_store(&over, 0);
  be(1, 50);
  pthread_create(&other, NULL, yield_beside, NULL);
  while (atomic_load(&ready) == 0) sched_yield();
  uint64_t from = now();
  for (int i = 0; i < TIMES; i++) sched_yield(); // there and back
  add(&yielding, (now() - from) / (2 * TIMES));
  atomic_store(&over, 1);
  pthread_join(other, NULL);
}

/** On one CPU: each sleeps until the other wakes it, so that every turn is a wake-up, a sleep and a switch. */
static void pass_on(uint32_t own) {
  for (int i = 0; i < TIMES; i++) {
    while (atomic_load(&turn) != own) futex(&turn, FUTEX_WAIT_PRIVATE, 1 - own);
    atomic_store(&turn, 1 - own);
    futex(&turn, FUTEX_WAKE_PRIVATE, 1);
  }
}
static void *block_beside(void *unused) { return be(1, 50), pass_on(1), unused; }
static void blocks(void) {
  pthread_t other;
  atomic_store(&turn, 0);
  be(1, 50);
  pthread_create(&other, NULL, block_beside, NULL);
  uint64_t from = now();
  pass_on(0);
  pthread_join(other, NULL);
  add(&handing, (now() - from) / (2 * TIMES));
}

/** Across CPUs: a sleeping thread is woken; until it reads the clock, and until the waker has its CPU for something else. */
static void *sleep_there(void *unused) {
  be(1, 50);
  for (int i = 0; i < TIMES; i++) {
    atomic_store(&ready, 1);
    while (atomic_load(&turn) == 0) futex(&turn, FUTEX_WAIT_PRIVATE, 0);
    atomic_store(&stamp, now());
    atomic_store(&turn, 0);
  }
  return unused;
}
static void wakes(void) {
  pthread_t other;
  atomic_store(&turn, 0), atomic_store(&ready, 0), atomic_store(&stamp, 0);
  pthread_create(&other, NULL, sleep_there, NULL);
  be(0, 50);
  for (int i = 0; i < TIMES; i++) {
    while (atomic_exchange(&ready, 0) == 0) {}
    for (uint64_t from = now(); now() - from < 20000;) {} // until it sleeps
    uint64_t from = now();
    atomic_store(&turn, 1);
    futex(&turn, FUTEX_WAKE_PRIVATE, 1);
    uint64_t called = now();
    uint64_t at;
    while ((at = atomic_exchange(&stamp, 0)) == 0) {}
    add(&waking, at - from), add(&issuing, called - from);
  }
  pthread_join(other, NULL);
}

/** Across CPUs: a thread that runs is interrupted by a signal; until its handler begins. */
static void on_signal(int signal) { (void)signal, atomic_store(&stamp, now()); }
static void *run_there(void *unused) {
  be(1, 50);
  atomic_store(&ready, (uint32_t)gettid());
  while (atomic_load(&over) == 0) {}
  return unused;
}
static void signals(void) {
  pthread_t other;
  atomic_store(&over, 0), atomic_store(&ready, 0), atomic_store(&stamp, 0);
  signal(SIGUSR1, on_signal);
  pthread_create(&other, NULL, run_there, NULL);
  be(0, 50);
  uint32_t there;
  while ((there = atomic_load(&ready)) == 0) {}
  for (int i = 0; i < TIMES; i++) {
    uint64_t from = now(), at;
    syscall(SYS_tgkill, getpid(), there, SIGUSR1);
    while ((at = atomic_exchange(&stamp, 0)) == 0) {}
    add(&signalling, at - from);
  }
  atomic_store(&over, 1);
  pthread_join(other, NULL);
}

static int threads(void) {
  struct { void (*run)(void); struct step *steps[2]; } all[] = {
    { yields, { &yielding } }, { blocks, { &handing } }, { wakes, { &waking, &issuing } }, { signals, { &signalling } } };
  for (int round = 0; round < ROUNDS; round++)
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
      be(0, 0), rest(), all[k].run();
      for (int i = 0; i < 2; i++)
        if (all[k].steps[i] != NULL) end_round(all[k].steps[i]);
    }
  tell(&yielding, "{"), tell(&handing, ","), tell(&waking, ","), tell(&issuing, ","), tell(&signalling, ",");
  return puts("}"), 0;
}

// ---- a fault that a program serves

static char *region, source[PAGE];
static _Atomic uint64_t touched;
static struct step leaving = { .name = "exit" }, mapping = { .name = "map" }, resuming = { .name = "resume" }, whole = { .name = "fault" };

static void *touch(void *unused) {
  be(1, 50);
  for (int i = 0; i < TIMES; i++) {
    while (atomic_load(&turn) != 1) {}
    atomic_store(&turn, 0);
    atomic_store(&touched, now());
    *(volatile char *)(region + (size_t)i * PAGE) = 1;
    atomic_store(&stamp, now());
  }
  return unused;
}
static void faults(int descriptor) {
  pthread_t other;
  madvise(region, (size_t)TIMES * PAGE, MADV_DONTNEED);
  atomic_store(&turn, 0), atomic_store(&stamp, 0);
  pthread_create(&other, NULL, touch, NULL);
  be(0, 50);
  for (int i = 0; i < TIMES; i++) {
    struct uffd_msg message;
    atomic_store(&turn, 1);
    while (read(descriptor, &message, sizeof message) != sizeof message) {} // does not sleep
    uint64_t seen = now(), from = atomic_load(&touched);
    struct uffdio_copy copy = { .dst = message.arg.pagefault.address & ~(uint64_t)(PAGE - 1), .src = (uint64_t)(uintptr_t)source,
                                .len = PAGE, .mode = UFFDIO_COPY_MODE_DONTWAKE };
    struct uffdio_range range = { .start = copy.dst, .len = PAGE };
    if (ioctl(descriptor, UFFDIO_COPY, &copy) != 0) give_up("UFFDIO_COPY");
    uint64_t mapped = now(), at;
    ioctl(descriptor, UFFDIO_WAKE, &range);
    while ((at = atomic_exchange(&stamp, 0)) == 0) {}
    add(&leaving, seen - from), add(&mapping, mapped - seen), add(&resuming, at - mapped), add(&whole, at - from);
  }
  pthread_join(other, NULL);
}

static int fault(void) {
  int descriptor = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) give_up("userfaultfd (root, or vm.unprivileged_userfaultfd=1)");
  struct uffdio_api api = { .api = UFFD_API };
  if (ioctl(descriptor, UFFDIO_API, &api) != 0) give_up("UFFDIO_API");
  region = mmap(NULL, (size_t)TIMES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(region, (size_t)TIMES * PAGE, MADV_NOHUGEPAGE);
  struct uffdio_register whole_region = { .range = { .start = (uint64_t)(uintptr_t)region, .len = (size_t)TIMES * PAGE },
                                          .mode = UFFDIO_REGISTER_MODE_MISSING };
  if (ioctl(descriptor, UFFDIO_REGISTER, &whole_region) != 0) give_up("UFFDIO_REGISTER");
  struct step *steps[] = { &leaving, &mapping, &resuming, &whole };
  for (int round = 0; round < ROUNDS; round++) {
    be(0, 0), rest(), faults(descriptor);
    for (int k = 0; k < 4; k++) end_round(steps[k]);
  }
  for (int k = 0; k < 4; k++) tell(steps[k], k == 0 ? "{" : ",");
  return puts("}"), 0;
}

// ---- a page to a swap device and back

static struct step minor = { .name = "zero" }, swapping_in = { .name = "in" }, swapping_out = { .name = "out" };

/** Words of one alphabet in any order: a compressor gets a half to two thirds off. */
static void fill(char *page, uint64_t *state) {
  for (int at = 0; at + 16 <= PAGE; at += 16) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t word = *state >> 40;
    int is_old = at >= 256 && (word & 3) != 0;
    if (is_old) memcpy(page + at, page + (word >> 2) % (uint64_t)(at / 16) * 16, 16);
    else for (int k = 0; k < 16; k++) page[at + k] = (char)('a' + (int)(*state >> (k * 2 + 20)) % 26);
  }
}

static int is_in(char *page) {
  unsigned char in = 0;
  return mincore(page, PAGE, &in) == 0 && (in & 1) != 0;
}

static const char *device;
static void swap_no_more(void) { swapoff(device); }
static void on_alarm(int signal) { (void)signal, swapoff(device), _exit(3); }

/** All of a block device that nothing else uses; ahead of other swap, so that what goes out goes there. */
static void swap_to(const char *path) {
  device = path;
  int file = open(path, O_RDWR);
  off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END);
  char header[PAGE] = { 0 };
  uint32_t about[] = { 1, (uint32_t)(size / PAGE) - 1 };
  memcpy(header + 1024, about, sizeof about), memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
  if (size < 0 || pwrite(file, header, PAGE, 0) != PAGE || fsync(file) != 0 || close(file) != 0) give_up(path);
  if (swapon(path, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK) != 0) give_up("swapon");
  signal(SIGALRM, on_alarm), signal(SIGTERM, on_alarm), signal(SIGINT, on_alarm), atexit(swap_no_more);
}

/** Bytes put there over bytes kept; pages are out when it is asked. */
static double ratio_of(const char *statistics) {
  unsigned long long put = 0, kept = 0;
  FILE *file = fopen(statistics, "r");
  if (file == NULL || fscanf(file, "%llu %llu", &put, &kept) != 2 || kept == 0) give_up(statistics);
  fclose(file);
  return (double)put / (double)kept;
}

static int swap(const char *path, const char *statistics) {
  double ratio = 0;
  swap_to(path);
  char *pages = mmap(NULL, (size_t)TIMES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(pages, (size_t)TIMES * PAGE, MADV_NOHUGEPAGE);
  uint64_t state = 1;
  be(1, 0);
  for (int round = 0; round < ROUNDS; round++) {
    rest(), be(1, 50);
    madvise(pages, (size_t)TIMES * PAGE, MADV_DONTNEED);
    for (int i = 0; i < TIMES; i++) {
      uint64_t from = now();
      *(volatile char *)(pages + (size_t)i * PAGE) = 1;
      add(&minor, now() - from);
    }
    for (int i = 0; i < TIMES; i++) fill(pages + (size_t)i * PAGE, &state);
    for (int i = 0; i < TIMES; i++) {
      uint64_t from = now();
      madvise(pages + (size_t)i * PAGE, PAGE, MADV_PAGEOUT);
      uint64_t ns = now() - from;
      if (!is_in(pages + (size_t)i * PAGE)) add(&swapping_out, ns);
    }
    ratio = ratio_of(statistics);
    for (int i = 0; i < TIMES; i++) {
      if (is_in(pages + (size_t)i * PAGE)) continue;
      uint64_t from = now();
      (void)*(volatile char *)(pages + (size_t)i * PAGE);
      add(&swapping_in, now() - from);
    }
    be(1, 0);
    end_round(&minor), end_round(&swapping_out), end_round(&swapping_in);
  }
  if (swapping_in.count < TIMES) return errno = ENODEV, give_up("no page went out");
  tell(&minor, "{"), tell(&swapping_out, ","), tell(&swapping_in, ",");
  printf(",\"ratio\":%.2f", ratio);
  return puts("}"), 0;
}

int main(int argc, char **argv) {
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return errno = ENODEV, give_up("needs two CPUs");
  alarm(60); // whatever goes wrong ends
  look_at_clock();
  if (argc == 2 && !strcmp(argv[1], "threads")) return threads();
  if (argc == 2 && !strcmp(argv[1], "fault")) return fault();
  if (argc == 4 && !strcmp(argv[1], "swap")) return swap(argv[2], argv[3]);
  return fprintf(stderr, "usage: costs threads | fault | swap DEVICE STATISTICS\n"), 2;
}
