// What concerns several memory fields at once: run on the resolved scenario, since sizes need their units. A host that could
// not hold its guests even with every page out is refused here, before anything is laid out.

import type { SwappedScenario } from './types.js';
import type { Path, FieldProblem } from '../input/errors.js';
import { formatSize } from '../input/quantities.js';
import { hasSlowTier, tierProblems } from './tier.js';
import { dedicatedCores } from '../mechanisms/kinds.js';
import { type HostMemory, type Content, BACKEND_NAMES } from './types.js';

const HM: Path = ['host', 'memory'];

/** Bytes kept in the host of a page that is out, on average over what its content goes to. */
function keptBytes(memory: HostMemory, content: Content): number {
  let kept = memory.metadataBytes;
  for (const name of BACKEND_NAMES) {
    const { ratio } = memory.backends[name];
    if (typeof ratio === 'number') kept += (content[name] * memory.pageBytes) / ratio;
  }
  return kept;
}

export function memoryProblems(scenario: SwappedScenario): FieldProblem[] {
  const { memory, memoryBytes, cores } = scenario.host;
  const problems: FieldProblem[] = [];
  const guests = scenario.vms.flatMap((vm, index) =>
    vm.memory === undefined ? [] : [{ vm, memory: vm.memory, index }],
  );
  const workingSet = scenario.lifecycle?.workingSetBytes;
  if (guests.length === 0 && workingSet === undefined) return [];
  if (memory === undefined || memoryBytes === undefined) {
    const who = workingSet === undefined ? `vms.${guests[0]!.index} has memory` : 'lifecycle.workingSet is of it';
    return [{ path: HM, given: 'nothing', expected: `a size such as 32GiB (${who})` }];
  }
  const { pageBytes, pageSample } = memory;
  const least = pageBytes * pageSample;
  const { high, low, min } = memory.watermarks;
  if (!(high >= low && low >= min && high < 1))
    problems.push({
      path: [...HM, 'watermarks'],
      given: `high ${high}, low ${low}, min ${min}`,
      expected: 'high ≥ low ≥ min, and high below 1',
    });
  if (memory.blockBytes < pageBytes)
    problems.push({
      path: [...HM, 'block'],
      given: formatSize(memory.blockBytes),
      expected: `no less than host.memory.page (${formatSize(pageBytes)})`,
    });
  if (memoryBytes < (memory.workers + 1) * least)
    problems.push({
      path: [...HM, 'size'],
      given: formatSize(memoryBytes),
      expected: `at least ${memory.workers + 1} pages (${formatSize((memory.workers + 1) * least)}): one for each worker, and one`,
    });
  if (memory.cores > 0 && memory.workers > memory.cores)
    problems.push({
      path: [...HM, 'workers'],
      given: String(memory.workers),
      expected: `at most host.memory.cores (${memory.cores}): each worker runs on a core of those kept`,
    });
  const kept = dedicatedCores(scenario.mechanism.kind) + memory.cores;
  const guaranteed = scenario.vms.reduce((sum, vm) => sum + vm.vcpus.min * vm.count, 0);
  if (memory.cores > 0 && cores < Math.max(guaranteed, 1) + kept)
    problems.push({
      path: [...HM, 'cores'],
      given: String(memory.cores),
      expected: `host.cores (${cores}) to leave ${Math.max(guaranteed, 1)} for the VMs beside the ${kept} kept`,
    });
  if (hasSlowTier(scenario)) problems.push(...tierProblems(memory));
  if (workingSet !== undefined) problems.push(...workingSetProblems(memory, scenario.lifecycle!.snapshots));
  let needed = 0;
  for (const { vm, memory: guest, index } of guests) {
    const at: Path = ['vms', index, 'memory'];
    if (guest.sizeBytes < least)
      problems.push({
        path: [...at, 'size'],
        given: formatSize(guest.sizeBytes),
        expected: `at least a page (${formatSize(least)}: host.memory.page × pageSample)`,
      });
    if (
      guest.quotaBytes !== undefined &&
      guest.quotaBytes < guest.pinned * guest.sizeBytes + least * (memory.workers + 1)
    )
      problems.push({
        path: [...at, 'quota'],
        given: formatSize(guest.quotaBytes),
        expected: `more than what is pinned (${formatSize(Math.ceil(guest.pinned * guest.sizeBytes))}) and a page for each worker`,
      });
    const out = (1 - guest.pinned) * keptBytes(memory, guest.content ?? memory.content);
    needed += vm.count * (guest.sizeBytes / pageBytes) * (guest.pinned * pageBytes + Math.min(out, pageBytes));
    if (guest.access.pattern === 'scan' && guest.access.cold === 1)
      problems.push({
        path: [...at, 'access', 'cold'],
        given: '1',
        expected: 'a share below 1: a scan needs pages to go over',
      });
  }
  if (needed + memory.workers * least > memoryBytes)
    problems.push({
      path: HM,
      given: formatSize(memoryBytes),
      expected: `at least ${formatSize(Math.ceil(needed + memory.workers * least))}: what is pinned, and what is kept of all other pages when they are out`,
    });
  return problems;
}

/** What a working set asks of the memory that it lies in. */
function workingSetProblems({ pageSample }: HostMemory, snapshots: 'none' | 'onExpiry'): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (snapshots === 'none')
    problems.push({
      path: ['lifecycle', 'workingSet'],
      given: 'a size',
      expected: 'nothing, or lifecycle.snapshots: onExpiry: without snapshots nothing is restored',
    });
  if (pageSample !== 1)
    problems.push({
      path: [...HM, 'pageSample'],
      given: String(pageSample),
      expected: '1 with lifecycle.workingSet, each of whose pages is touched',
    });
  return problems;
}
