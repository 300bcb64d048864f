// The validity box: each row is given to a scenario that has the part and kept from one that has not, what is said of the second
// simulator's reach is what its generator makes, and the page prints the same table.

import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderValidityMarkdown } from '../../src/explain/validity-page.js';
import { resolveScenario, type ScenarioInput } from '../../src/index.js';
import { BRACKETS, GAPS, REACH, validityOf } from '../../src/result/validity.js';
import { run } from '../../src/cli/run.js';
import type { Result } from '../../src/result/result.js';
import { captureIo, fakeTools } from '../cli/fake.js';
import { FEATURES, genes, make } from '../oracle/generate.js';
import { MAKERS, maker } from '../oracle/mechanisms-made.js';

type Vm = ScenarioInput['vms'][number];
const exponential = { dist: 'exponential', mean: '10us' } as const;
const constant = { dist: 'constant', value: '10us' } as const;
const of = (vm: Partial<Vm> = {}, more: Partial<ScenarioInput> = {}): ScenarioInput => ({
  version: 1,
  duration: '1ms',
  host: { cores: 2 },
  mechanism: 'ideal',
  vms: [
    {
      name: 'a',
      vcpus: { min: 0, max: 1 },
      workload: {
        arrivals: { process: 'poisson', rate: 1e4 },
        request: { stages: [{ tasks: 1, service: exponential }] },
      },
      ...vm,
    },
  ],
  ...more,
});
const doing = (workload: Partial<NonNullable<Vm['workload']>>): ScenarioInput =>
  of({ workload: { ...of().vms[0]!.workload!, ...workload } });
const told = (input: ScenarioInput, replications = 1, ownCore = false) => {
  const { held, untested } = validityOf({ scenario: resolveScenario(input), replications, ownCore });
  return [...held, ...untested].map(({ part }) => part);
};

const REQUEST = { stages: [{ tasks: 1, service: exponential }] };
const LARGE = of({}, { host: { cores: 64 } });
const SWAPPED = of({ memory: { size: '8MiB' } }, { host: { cores: 2, memory: { size: '4MiB', content: { lz4: 1 } } } });
/** A scenario that has the part, and one that has not. */
const CASES: readonly (readonly [string, ScenarioInput, ScenarioInput])[] = [
  ['poisson, exponential services, one queue', of(), doing({ request: { stages: [{ tasks: 1, service: constant }] } })],
  ['other services, quanta', of({ quantum: '1us' }), of()],
  ['several stages, tasks above 1, closed', doing({ request: { stages: [{ tasks: 2, service: constant }] } }), of()],
  ['mmpp, onoff, deterministic', doing({ arrivals: { process: 'deterministic', rate: 1 } }), of()],
  ['saturate', doing({ arrivals: { process: 'saturate', tasks: 3 } }), of()],
  ['class, priority', of({}, { vms: [...of().vms, { ...of().vms[0]!, name: 'b', class: 'best-effort' }] }), of()],
  ['trace', doing({ arrivals: { process: 'trace', file: 'a.csv', format: 'csv' } }), of()],
  ['order, deadlines, periodic', doing({ deadline: '50us' }), of()],
  ['queueLimit', of({ queueLimit: 3 }), of()],
  ['dispatch, stealing', of({ vcpus: { min: 0, max: 2 } }, { mechanism: 'hyperflux' }), of()],
  ['mechanisms that move cores', of({}, { mechanism: 'caladan' }), of({}, { mechanism: 'static' })],
  ['nsdi22', of({ vcpus: { min: 1, max: 1 } }, { mechanism: 'nsdi22' }), of()],
  ['cgroup', of({}, { mechanism: 'cgroup' }), of()],
  ['lock', doing({ request: { ...REQUEST, lock: { probability: 0.1, hold: '1us' } } }), of()],
  ['smt, memory bandwidth', of({}, { host: { cores: 2, smt: 2 } }), of()],
  ['memory', SWAPPED, of()],
  ['all of these together, on random small scenarios', of(), LARGE],
  ['A real machine', of(), of()],
  ['What the model leaves out', of(), of()],
  ['Rules that are wrong in the documents', of(), of({ vcpus: { min: 1, max: 1 } }, { mechanism: 'nsdi22' })],
  ['Beyond the reach of the second simulator', LARGE, of()],
  ['nsdi22 beside other parts', of({ vcpus: { min: 1, max: 1 } }, { mechanism: 'nsdi22' }), of()],
  ["Decisions of one's own", of({ dispatch: 'policy' }), of()],
];
const ALWAYS = ['A real machine', 'What the model leaves out'];

describe('a row of the validity box', () => {
  it.each(CASES)('of %s is given where it applies and nowhere else', (part, having, lacking) => {
    expect(told(having)).toContain(part);
    if (!ALWAYS.includes(part)) expect(told(lacking)).not.toContain(part);
  });

  it('hangs on the run as well: on replications, and on a core of one’s own', () => {
    expect(told(of(), 2)).toContain('95 % intervals of replications');
    expect(told(of(), 1)).not.toContain('95 % intervals of replications');
    expect(told(of(), 1, true)).toContain("Decisions of one's own");
    expect(told(of(), 1, true)).not.toContain('all of these together, on random small scenarios');
  });

  it('has been tried, every one', () => {
    const tried = [...CASES.map(([part]) => part), '95 % intervals of replications'];
    const all = [...BRACKETS, ...GAPS].map(({ part }) => part.replaceAll('`', ''));
    expect([...tried, 'replacement policies (fluxhost pages)'].sort()).toEqual(all.sort());
  });
});

it('the reach of the second simulator is what its generator makes', () => {
  const most = { cores: 0, vms: 0, vcpus: 0, sockets: 0, smt: 0, stages: 0 };
  const toScenario = maker(Object.keys(MAKERS));
  for (const g of fc.sample(genes(FEATURES), { seed: 1, numRuns: 3000 })) {
    const { host, vms } = make(g, toScenario).scenario;
    const unit = host.sockets * host.smt; // cores kept for memory come in such units
    most.cores = Math.max(most.cores, host.cores - Math.ceil((host.memory?.cores ?? 0) / unit) * unit);
    most.vms = Math.max(most.vms, vms.length);
    most.sockets = Math.max(most.sockets, host.sockets);
    most.smt = Math.max(most.smt, host.smt);
    for (const { vcpus, workload } of vms) {
      most.vcpus = Math.max(most.vcpus, vcpus.max);
      most.stages = Math.max(most.stages, workload!.request.stages.length);
    }
  }
  expect(most).toEqual(REACH);
});

it('docs/validity.md prints the table', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/validity.md', import.meta.url)), 'utf8');
  const words = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/\| (-+ \| )+-+ \|\n/g, '');
  const { held, untested } = renderValidityMarkdown();
  expect(words(page)).toContain(words(held));
  expect(page).toContain(untested);
});

it('run prints it with --verbose, and only then', async () => {
  const printed = async (...more: string[]): Promise<string> => {
    const io = captureIo();
    expect(await run(['a.yaml', ...more], io, fakeTools())).toBe(0);
    return io.out;
  };
  expect(await printed()).not.toContain('what brackets');
  expect(await printed('--json')).not.toContain('validity');
  const text = await printed('--verbose');
  expect(text).toMatch(
    /what brackets this scenario\?[\s\S]*mechanisms that move cores: each becomes ideal[\s\S]*never been tested/,
  );
  const { validity } = JSON.parse(await printed('--json', '--verbose')) as Result;
  expect(validity!.untested[0]!.part).toBe('A real machine');
  expect(JSON.stringify(validity)).not.toMatch(/`|\]\(/);
});
