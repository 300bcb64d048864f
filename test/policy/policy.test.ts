// Policies of one's own: the same policy stated in TypeScript and compiled into a private core takes the same trajectory; what
// a policy answers wrongly is refused; and series and log show what happened.

import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, beforeAll, afterAll, it, expect } from 'vitest';
import { build } from '../../src/cli/build.js';
import { keptCores } from '../../src/cli/compiled-cores.js';
import { buildCore } from '../../src/policy-core.js';
import { fork } from '../../src/cli/fork.js';
import { run } from '../../src/cli/run.js';
import {
  type ScenarioInput,
  type Policy,
  Simulation,
  compileCore,
  type Result,
  InputError,
  PolicyError,
  type HostView,
  NOBODY,
} from '../../src/index.js';
import { CoreError } from '../../src/core/errors.js';
import type { Io } from '../../src/cli/io.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const scenario = (): ScenarioInput => ({
  version: 1,
  seed: 7,
  duration: '30ms',
  warmup: '2ms',
  host: { cores: 9 },
  mechanism: { kind: 'hyperflux', signal: 'policy' },
  vms: [
    {
      name: 'api',
      vcpus: { min: 2, max: 8 },
      dispatch: 'policy',
      stealing: { victim: 'policy' },
      workload: {
        arrivals: { process: 'onoff', onRate: 6e5, offRate: 5e4, meanOn: '1ms', meanOff: '3ms' },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
    {
      name: 'batch',
      class: 'best-effort',
      vcpus: { min: 1, max: 8 },
      workload: {
        arrivals: { process: 'saturate', tasks: 24 },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '300us' } }] },
      },
    },
  ],
});

/** The most loaded vCPU, the last of equals; the last victim; two cores at a time, and three left to batch: nothing that a default would do. */
const typescript: Policy = {
  dispatch(view, vm, active) {
    let best = 0;
    for (let i = 1; i < active; i++) if (view.activeLoad(vm, i) >= view.activeLoad(vm, best)) best = i;
    return best;
  },
  firstVictim: (_view, _vm, vcpu) => (vcpu === 0 ? 7 : vcpu - 1),
  coresWanted: (view, vm) => (view.oldestDelayNs(vm) < 20_000 || view.coresComing(vm) > 0 ? 0 : 2),
  victim: (view, vm) => (vm === 1 || view.coresHeld(1) <= 3 ? NOBODY : 1),
};

const COMPILED = `
import { H, Vm, VCpu, SEARCHING, activeAt, oldestReady, vmAt } from "./view";

function load(vm: Vm, place: u32): u32 {
  const v = activeAt(vm, place);
  return v.queueLength + u32(v.state != SEARCHING);
}

export function dispatch(vm: Vm, active: u32): u32 {
  let best: u32 = 0;
  for (let i: u32 = 1; i < active; i++) if (load(vm, i) >= load(vm, best)) best = i;
  return best;
}

export function firstVictim(vm: Vm, v: VCpu): u32 {
  return v.index == 0 ? vm.max - 1 : v.index - 1;
}

export function coresWanted(vm: Vm): u32 {
  return H.now - oldestReady(vm) < 20_000 || vm.coming > 0 ? 0 : 2;
}

export function victim(vm: Vm): u32 {
  return vm.index == 1 || vmAt(1).held <= 3 ? 0xffff_fffe : 1;
}
`;
// the imports that answer from the program stand in every policy file
const declared = readFileSync(join(root, 'assembly/policy.ts'), 'utf8').split('// --- the same, answered')[1]!;
const source = `${COMPILED}\n// --- the same, answered${declared}`;

async function fingerprint(options: { policy?: Policy; module?: WebAssembly.Module }): Promise<string> {
  const simulation = await Simulation.create(scenario(), options);
  await simulation.run();
  const { manifest } = simulation.metrics();
  simulation.close();
  return manifest.fingerprint;
}

describe('a policy of one’s own', () => {
  let folder = '';
  let compiled: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fluxhost-policy-'));
    compiled = await buildCore(source, { file: 'my-policy.ts', ...keptCores() });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('takes one trajectory, stated in TypeScript or compiled in, and another than the built-in', async () => {
    const stated = await fingerprint({ policy: typescript });
    expect(await fingerprint({ module: await compileCore(compiled) })).toBe(stated);
    expect(await fingerprint({})).not.toBe(stated);
  });

  it('is chosen function by function', async () => {
    const one = await fingerprint({ policy: { dispatch: typescript.dispatch! } });
    expect(one).not.toBe(await fingerprint({ policy: typescript }));
    expect(one).not.toBe(await fingerprint({}));
  });

  it('runs from the command line', async () => {
    const file = join(folder, 'policy.ts');
    const core = join(folder, 'core.wasm');
    const yaml = join(folder, 'scenario.json');
    writeFileSync(file, source);
    writeFileSync(yaml, JSON.stringify(scenario()));
    let out = '';
    const io: Io = { stdout: (text) => void (out += text), stderr: () => undefined, isTty: false };
    expect(await build(['--policy', file, '--out', core], io)).toBe(0);
    out = '';
    expect(await run([yaml, '--core', core, '--json'], io)).toBe(0);
    const printed = JSON.parse(out) as { manifest: { fingerprint: string } };
    expect(printed.manifest.fingerprint).toBe(await fingerprint({ policy: typescript }));
  });

  it('goes on from a snapshot on the core that wrote it, and on no other', async () => {
    const [file, core, yaml, taken] = ['p.ts', 'p.wasm', 'p.json', 'p.snapshot'].map((name) => join(folder, name));
    writeFileSync(file!, source);
    writeFileSync(core!, compiled);
    writeFileSync(yaml!, JSON.stringify(scenario()));
    const say = async (work: (io: Io) => Promise<number>): Promise<string> => {
      let out = '';
      expect(await work({ stdout: (text) => void (out += text), stderr: () => undefined, isTty: false })).toBe(0);
      return out;
    };
    await say((io) => run([yaml!, '--core', core!, '--snapshot', taken!, '--at', '10ms'], io));
    const whole = await fingerprint({ policy: typescript });
    const went = JSON.parse(await say((io) => run(['--from', taken!, '--core', core!, '--json'], io))) as Result;
    expect(went.manifest.fingerprint).toBe(whole);
    const forked = await say((io) => fork([taken!, '--core', core!, '--mechanisms', 'hyperflux,ideal', '--json'], io));
    const { runs } = JSON.parse(forked) as { runs: Result[] };
    expect(runs.map(({ manifest }) => manifest.mechanism)).toEqual(['hyperflux', 'ideal']);
    expect(runs[0]!.manifest.fingerprint).toBe(whole);
    const io: Io = { stdout: () => undefined, stderr: () => undefined, isTty: false };
    const other = /given a snapshot of core [0-9a-f]{64}, expected one of this core, [0-9a-f]{64}/;
    await expect(run(['--from', taken!], io)).rejects.toThrow(other);
    await expect(fork([taken!], io)).rejects.toThrow(other);
    await expect(fork([taken!, '--core', yaml!], io)).rejects.toThrow(/--core: given .*expected a core that/);
  });

  it('is in no snapshot and must be given again, the same decisions and no others', async () => {
    const { dispatch } = typescript;
    for (const policy of [typescript, { dispatch: dispatch! }]) {
      const simulation = await Simulation.create(scenario(), { policy });
      await simulation.runUntil(10e6);
      const bytes = simulation.snapshot();
      simulation.close();
      const restored = await Simulation.restore(bytes, { policy });
      await restored.run();
      expect(restored.metrics().manifest.fingerprint).toBe(await fingerprint({ policy }));
      restored.close();
      const problem = async (other?: Policy): Promise<string> =>
        Simulation.restore(bytes, { file: 'a.snapshot', ...(other === undefined ? {} : { policy: other }) }).then(
          () => 'restored',
          (error: unknown) => (error instanceof InputError ? error.message : `not refused as input: ${String(error)}`),
        );
      const names =
        policy === typescript
          ? 'dispatch (vms[].dispatch: policy), firstVictim (vms[].stealing: { victim: policy }), coresWanted (mechanism: { signal: policy }), victim (mechanism: { signal: policy })'
          : 'dispatch (vms[].dispatch: policy)';
      const expected = `expected options.policy with ${names}, as the simulation had that wrote this snapshot: functions are in no snapshot`;
      expect(await problem()).toBe(`a.snapshot: policy: given no function, ${expected}`);
      const { firstVictim } = typescript;
      expect(await problem({ firstVictim: firstVictim! })).toBe(`a.snapshot: policy: given firstVictim, ${expected}`);
    }
    const plain = await Simulation.create(scenario());
    await expect(Simulation.restore(plain.snapshot(), { policy: typescript })).rejects.toThrow(
      /policy: given dispatch, firstVictim, coresWanted, victim, expected none: .* was answered by its core/,
    );
    plain.close();
  });

  it('that does not compile is refused with the place', async () => {
    const wrong = source.replace('let best: u32 = 0;', 'let best: u33 = 0;');
    await expect(buildCore(wrong, { file: 'my-policy.ts' })).rejects.toThrow(/my-policy\.ts.*u33/s);
    await expect(buildCore(wrong, { file: 'my-policy.ts' })).rejects.toBeInstanceOf(InputError);
  });

  it('that answers what is not there ends the run with its name', async () => {
    await expect(fingerprint({ policy: { dispatch: (_v, _vm, active) => active } })).rejects.toBeInstanceOf(
      PolicyError,
    );
    await expect(fingerprint({ policy: { dispatch: () => -1 } })).rejects.toThrow('policy.dispatch: given -1');
    await expect(fingerprint({ policy: { firstVictim: (_v, _vm, vcpu) => vcpu } })).rejects.toBeInstanceOf(PolicyError);
    await expect(fingerprint({ policy: { coresWanted: () => NaN } })).rejects.toThrow('policy.coresWanted: given NaN');
  });

  it('that looks at what is not there ends the run with what it gave and what there is', async () => {
    const looking = (look: (view: HostView) => number): Promise<string> =>
      fingerprint({ policy: { dispatch: (view) => (look(view), 0) } });
    const whole = (most: number): string => `expected a whole number from 0 to ${most}`;
    const cases: [(view: HostView) => number, string][] = [
      [(view) => view.waiting(2), `view.waiting: given vm 2, ${whole(1)}`],
      [(view) => view.coresHeld(-1), `view.coresHeld: given vm -1, ${whole(1)}`],
      [(view) => view.coresComing(0.5), `view.coresComing: given vm 0.5, ${whole(1)}`],
      [(view) => view.oldestDelayNs(NaN), `view.oldestDelayNs: given vm NaN, ${whole(1)}`],
      [(view) => view.activeVcpus(1e12), `view.activeVcpus: given vm 1000000000000, ${whole(1)}`],
      [(view) => view.queueLength(0, 8), `view.queueLength: given vcpu 8, ${whole(7)}`],
      [(view) => view.queueLength(9, 0), `view.queueLength: given vm 9, ${whole(1)}`],
      [(view) => view.activeLoad(0, view.activeVcpus(0)), 'view.activeLoad: given place '],
      [(view) => view.activeLoad(1, view.activeVcpus(1)), 'view.activeLoad: given place '],
      [(view) => view.activeLoad(5, 0), `view.activeLoad: given vm 5, ${whole(1)}`],
    ];
    for (const [look, message] of cases) {
      const error: unknown = await looking(look).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(PolicyError);
      expect((error as Error).message).toContain(message);
    }
    // and what is there is answered
    const last = await looking((view) => view.queueLength(1, 7) + view.activeLoad(0, view.activeVcpus(0) - 1));
    expect(last).toBe(await fingerprint({ policy: { dispatch: () => 0 } }));
  });

  it('with a name that is none is refused before anything runs', async () => {
    const wrong = { dispach: () => 0, coresWanted: 3 } as unknown as Policy;
    const error: unknown = await Simulation.create(scenario(), { policy: wrong }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(
      /policy\.dispach: given an unknown decision.*did you mean "?dispatch.*\npolicy\.coresWanted: given 3, expected a function/,
    );
  });

  it('may read the view and do nothing else while it decides', async () => {
    const uses: ((simulation: Simulation) => unknown)[] = [
      (simulation) => simulation.inject({ vm: 'api', arrivals: [{ serviceNs: 1 }] }),
      (simulation) => simulation.metrics(),
      (simulation) => simulation.snapshot(),
    ];
    for (const use of uses) {
      let refused = 0;
      const dispatch = (): number => {
        try {
          use(simulation);
        } catch (error) {
          refused++;
          throw error;
        }
        return 0;
      };
      const simulation = await Simulation.create(scenario(), { policy: { dispatch } });
      await expect(simulation.run()).rejects.toThrow(/policy\.dispatch: used the simulation while it decides/);
      expect(refused).toBe(1);
      simulation.close();
    }
  });

  it('is no host where the module is the other core', async () => {
    const other = await compileCore(Uint8Array.from(readFileSync(join(root, 'build/fluxhost-memory.release.wasm'))));
    await expect(Simulation.create(scenario(), { module: other })).rejects.toBeInstanceOf(CoreError);
  });
});

describe('series and log', () => {
  it('add up to the result, in bounded memory', async () => {
    const simulation = await Simulation.create({
      ...scenario(),
      warmup: '0ns',
      series: { interval: '10us', samples: 16 },
    });
    await simulation.run();
    const series = simulation.series()!;
    const result = simulation.metrics();
    expect(series.timeNs.length).toBeLessThan(16);
    // 3,000 samples of 10 us in 16 places: the interval has doubled eight times
    expect(series.intervalNs).toBe(10_000 * 2 ** 8);
    const [api] = series.vms;
    const completed = api!.completed.reduce((sum, n) => sum + n, 0);
    const counted = series.latency['api']!.reduce((sum, { count }) => sum + count, 0);
    expect(completed).toBe(counted);
    // what was completed after the last sample is in no interval yet
    expect(result.vms[0]!.completed - completed).toBeGreaterThanOrEqual(0);
    expect(completed / result.vms[0]!.completed).toBeGreaterThan(0.8);
    expect(Math.max(...api!.coresHeld)).toBeLessThanOrEqual(8);
    simulation.close();
  });

  it('leave the trajectory of everything else as it was', async () => {
    const results = [];
    for (const extra of [{}, { series: { interval: '100us' } }, { log: { from: '1ms', until: '2ms' } }]) {
      const simulation = await Simulation.create({ ...scenario(), ...extra });
      await simulation.run();
      results.push(simulation.metrics().vms);
      simulation.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('keeps the events of the window and counts those it has no room for', async () => {
    const simulation = await Simulation.create({ ...scenario(), log: { from: '10ms', until: '11ms', events: 100 } });
    await simulation.run();
    const { events, left } = simulation.eventLog()!;
    expect(events).toHaveLength(100);
    expect(left).toBeGreaterThan(0);
    expect(events.every(({ timeNs }) => timeNs >= 10e6 && timeNs <= 11e6)).toBe(true);
    expect(events.some(({ entity, state }) => entity.startsWith('vcpu api') && state === 'running')).toBe(true);
    simulation.close();
  });
});
