// The sweep behind the page's range: whatever stage of it is asked, its rows are those of `sweep` for the same words, byte for byte, and
// what a coarser stage has run is not run again.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCore, parseScenario, sweep, toStableJson } from '../../src/index.js';
import type { Ask } from '../../src/web/protocol.js';
import { Runner } from '../../src/web/runner.js';
import { axisText, commandLine, stagesOf } from '../../src/web/stages.js';

const BURSTS = readFileSync(new URL('../../src/web/scenarios/bursts.yaml', import.meta.url), 'utf8');
const SET = ['duration=2ms'];
const MECHANISMS = ['hyperflux', 'static'] as const;

const ask = (vary: readonly string[], replications: number, foreign = false): Ask => {
  return {
    ask: 'sweep',
    text: BURSTS,
    file: 'bursts.yaml',
    set: SET,
    foreign,
    files: [],
    vary,
    mechanisms: MECHANISMS,
    replications,
  };
};

describe('a sweep as a slider', () => {
  it('has the rows of sweep at every stage, and runs nothing twice', async () => {
    const runner = new Runner(() => compileCore());
    const { scenario } = parseScenario(BURSTS, { file: 'bursts.yaml', set: SET });
    const stages = stagesOf.slice(0, 3);
    expect(stages.map(({ points, replications }) => [points, replications])).toEqual([
      [5, 1],
      [9, 1],
      [9, 3],
    ]);
    let most = 0;
    for (const { points, replications } of stages) {
      const vary = [axisText('load', 0.2, 0.6, points)];
      const got = await runner.answer(ask(vary, replications));
      if (got.answer !== 'swept') throw new Error(JSON.stringify(got));
      const expected = await sweep(scenario, { vary, mechanisms: MECHANISMS, replications });
      expect(toStableJson(got.result)).toBe(toStableJson(expected));
      most = points * replications * MECHANISMS.length;
      // each stage has the points and the seeds of those before it
      expect(got.runs).toBe(most);
    }
    expect(most).toBe(54);
  });

  it('sweeps whole cores, says refused points, and holds a scenario from a link to its limits', async () => {
    const runner = new Runner(() => compileCore());
    const vary = [axisText('host.cores', 4, 17, 5)];
    expect(vary).toEqual(['host.cores=4..17:5']);
    const got = await runner.answer(ask(vary, 1));
    if (got.answer !== 'swept') throw new Error(JSON.stringify(got));
    expect(got.result.axes[0]!.values).toEqual([4, 7, 11, 14, 17]);
    expect(await runner.answer(ask([axisText('host.cores', 2000, 3000, 5)], 1, true))).toMatchObject({
      answer: 'refused',
    });
  });

  it('says the command that gives the same rows', () => {
    expect(commandLine('my host.yaml', SET, 'load=0.2..0.6:5', MECHANISMS, 3)).toBe(
      "fluxhost sweep 'my host.yaml' --set duration=2ms --vary load=0.2..0.6:5 --mechanisms hyperflux,static --replications 3",
    );
  });
});
