// `fluxhost reserve SCENARIO [--against M,…]`: a server whose memory is reserved and sold to VMs, under Vmem and under Linux's
// ways, with one workload and one seed.

import { toStableJson } from '../metrics/result.js';
import { loadReserve } from '../memory/vmem/file.js';
import { MANAGER_KINDS, type ManagerKind } from '../memory/vmem/schema.js';
import { compareReserve } from '../memory/vmem/simulate.js';
import { renderReserve } from '../memory/vmem/table.js';
import { nearest } from '../scenario/errors.js';
import { type Arguments, type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

const spec: CommandSpec = {
  name: 'reserve',
  summary: 'Simulates a server whose memory is reserved for VMs: what can be sold, boots, fragmentation, hot upgrades.',
  positionals: ['SCENARIO'],
  options: {
    against: {
      value: 'M[,M...]',
      multiple: true,
      help: `compares with these managers too: ${MANAGER_KINDS.join(', ')}, or all`,
    },
    seed: { value: 'N', help: "instead of the scenario's" },
    set: { value: 'PATH=VALUE', multiple: true, help: 'changes a field, such as zeroing.threads=8' },
    json: { help: 'prints { runs, differences } as one JSON document' },
  },
  details:
    'fluxhost explain reserve lists every parameter with the source of its default; docs/vmem.md tells the model.',
  examples: [
    'fluxhost reserve examples/vmem-server.yaml --against hugetlb,hvo,thp',
    'fluxhost reserve examples/vm-boot.yaml --against all --set zeroing.threads=1',
  ],
};

function managers(given: Arguments): ManagerKind[] {
  const kinds: ManagerKind[] = [];
  for (const text of given.list('against').flatMap((list) => list.split(','))) {
    const found = MANAGER_KINDS.find((kind) => kind === text);
    if (found !== undefined) kinds.push(found);
    else if (text === 'all') kinds.push(...MANAGER_KINDS);
    else {
      const near = nearest(text, MANAGER_KINDS);
      const hint = near === undefined ? `expected one of ${MANAGER_KINDS.join(', ')}, all` : `did you mean ${near}?`;
      given.problems.push(`--against: given ${JSON.stringify(text)}, ${hint}`);
    }
  }
  return kinds;
}

/** `module`: another core than the one in the package. */
export async function reserve(args: readonly string[], io: Io, module?: WebAssembly.Module): Promise<number> {
  const given = parseCommand(spec, args);
  if (given.help) {
    io.stdout(renderHelp(spec));
    return EXIT.done;
  }
  const against = managers(given);
  const seed = given.whole('seed', 0, Number.MAX_SAFE_INTEGER);
  given.check();
  const set = [...given.list('set'), ...(seed === undefined ? [] : [`seed=${seed}`])];
  const loaded = await loadReserve(given.positional(0), set);
  const comparison = await compareReserve(loaded, against, module);
  io.stdout(given.flag('json') ? toStableJson(comparison) : renderReserve(comparison, io.isTty));
  return EXIT.done;
}
