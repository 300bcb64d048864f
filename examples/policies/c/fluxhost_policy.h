/* The policy interface of Fluxhost, version 1 (docs/policy-abi.md). VMs and vCPUs are numbers from 0. Looking changes nothing;
 * looking at what is not there ends the run. */
#ifndef FLUXHOST_POLICY_H
#define FLUXHOST_POLICY_H

#include <stdint.h>

#define FLUXHOST_LOOK(name) __attribute__((import_module("fluxhost_v1"), import_name(#name))) extern
#define FLUXHOST_EXPORT(name) __attribute__((export_name(#name), visibility("default")))

FLUXHOST_LOOK(now_ns) double now_ns(void);        /* simulated time, ns: a whole number below 2^53 */
FLUXHOST_LOOK(vms) uint32_t vms(void);            /* VMs of the host */
FLUXHOST_LOOK(cores) uint32_t cores(void);        /* cores for VMs, without those that poll */
FLUXHOST_LOOK(idle_cores) uint32_t idle_cores(void);
FLUXHOST_LOOK(cores_held) uint32_t cores_held(uint32_t vm);
FLUXHOST_LOOK(cores_coming) uint32_t cores_coming(uint32_t vm); /* promised, on their way */
FLUXHOST_LOOK(guarantee) uint32_t guarantee(uint32_t vm);       /* vcpus.min */
FLUXHOST_LOOK(vcpus) uint32_t vcpus(uint32_t vm);               /* vcpus.max */
FLUXHOST_LOOK(latency_critical) uint32_t latency_critical(uint32_t vm); /* 1, or 0 for best-effort */
FLUXHOST_LOOK(priority) int32_t priority(uint32_t vm);
FLUXHOST_LOOK(waiting) uint32_t waiting(uint32_t vm);              /* tasks that wait anywhere in the VM */
FLUXHOST_LOOK(oldest_delay_ns) double oldest_delay_ns(uint32_t vm); /* how long the oldest has waited; 0: none waits */
FLUXHOST_LOOK(active_vcpus) uint32_t active_vcpus(uint32_t vm);     /* vCPUs to which tasks are dispatched */
FLUXHOST_LOOK(active_vcpu) uint32_t active_vcpu(uint32_t vm, uint32_t place); /* which vCPU the place-th of them is */
FLUXHOST_LOOK(active_load) uint32_t active_load(uint32_t vm, uint32_t place); /* its tasks: those that wait, and the one that runs */
FLUXHOST_LOOK(queue_length) uint32_t queue_length(uint32_t vm, uint32_t vcpu);
FLUXHOST_LOOK(searching) uint32_t searching(uint32_t vm, uint32_t vcpu); /* 1: has a core, runs nothing, looks for work */
FLUXHOST_LOOK(takeable) uint32_t takeable(uint32_t vm, uint32_t from);   /* cores of `from` that `vm` may take now */

/* Answers of victim. */
#define FLUXHOST_BY_RULE 0xffffffffu /* whom the host's own rule names */
#define FLUXHOST_NOBODY 0xfffffffeu  /* nobody loses a core */

/* Decisions: define those that are your own, each with FLUXHOST_EXPORT(name).
 *   uint32_t dispatch(uint32_t vm, uint32_t active)      which of the `active` vCPUs gets the task
 *   uint32_t first_victim(uint32_t vm, uint32_t vcpu)    whose queue it looks into first; not its own
 *   uint32_t cores_wanted(uint32_t vm)                   how many more cores in this round
 *   uint32_t victim(uint32_t vm)                         the VM that loses a core to it
 *   double keep_for(uint32_t fn, uint32_t uses, uint32_t instances, double last_start_ns)   ns; INFINITY: for good
 *   double worth(uint32_t fn, uint32_t uses, uint32_t instances, double last_start_ns)
 */
FLUXHOST_EXPORT(fluxhost_policy_version) uint32_t fluxhost_policy_version(void) { return 1; }

#endif
