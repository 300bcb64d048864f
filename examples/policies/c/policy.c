/* The policy of docs/extending.md: a task goes to the least loaded vCPU, a thief looks at its pair first, and a VM gets a core for each
 * waiting task once the oldest has waited 20 us. Whose core that is, the host's rule says.
 *
 *   clang --target=wasm32 -O2 -ffreestanding -nostdlib -Wl,--no-entry,-z,stack-size=4096,--strip-all policy.c -o policy.wasm
 *   fluxhost judge --check policy.wasm
 */
#include "fluxhost_policy.h"

FLUXHOST_EXPORT(dispatch) uint32_t dispatch(uint32_t vm, uint32_t active) {
  uint32_t best = 0, least = UINT32_MAX;
  for (uint32_t i = 0; i < active && least > 0; i++) {
    uint32_t load = active_load(vm, i);
    if (load < least) {
      best = i;
      least = load;
    }
  }
  return best;
}

FLUXHOST_EXPORT(first_victim) uint32_t first_victim(uint32_t vm, uint32_t vcpu) {
  uint32_t pair = vcpu ^ 1;
  return pair < vcpus(vm) ? pair : 0; /* the last of an odd number has none */
}

FLUXHOST_EXPORT(cores_wanted) uint32_t cores_wanted(uint32_t vm) {
  if (oldest_delay_ns(vm) < 20000) return 0;
  uint32_t queued = waiting(vm), coming = cores_coming(vm);
  return queued > coming ? queued - coming : 0;
}

FLUXHOST_EXPORT(victim) uint32_t victim(uint32_t vm) {
  (void)vm;
  return FLUXHOST_BY_RULE;
}
