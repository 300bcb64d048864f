// `npm run oracle -- --functions`: random scenarios of functions by seed, with `--cores` on hosts whose cores move, or
// with `--traces` every policy and budget on the real traces.

import fc from 'fast-check';
import { memoryHost } from '../../../src/workload/index.js';
import { compared } from './compare.js';
import { compared as coupledCompared, text as coupledText } from './coupled-compare.js';
import { coupled } from './coupled-made.js';
import { type MadeFunctions, scenarios } from './generate.js';
import { AZURE_2021, azure2019, bare, BUDGETS, FILES, POLICIES } from './traces.js';

const option = (name: string): string | undefined => {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? undefined : process.argv[i + 1];
};
const part = Number(option('part') ?? 0);
const parts = Number(option('parts') ?? 1);

async function told({ scenario, files }: MadeFunctions): Promise<string[]> {
  try {
    return await compared(scenario, memoryHost(files));
  } catch (error) {
    return [String(error)];
  }
}

/** The smallest scenario found from this seed in which the two differ; undefined: they agree. */
async function differing(seed: number): Promise<MadeFunctions | undefined> {
  const property = fc.asyncProperty(scenarios, async (made) => (await told(made)).length === 0);
  const result = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: 20_000 });
  return result.failed ? result.counterexample?.[0] : undefined;
}

async function seeds(): Promise<number> {
  const [from = 1, to = 2000] = (option('seeds') ?? '1..2000').split('..').map(Number);
  let [done, differ] = [0, 0];
  for (let seed = from + part; seed <= to && differ < Number(option('most') ?? 1); seed += parts) {
    done++;
    const made = await differing(seed);
    if (made === undefined) continue;
    differ++;
    console.log([`seed ${seed}`, made.text, ...Object.values(made.files), ...(await told(made))].join('\n'));
  }
  console.log(`${done} seeds, ${differ} differ`);
  return differ;
}

/** As `seeds`, with the cores of a mechanism. */
async function cores(): Promise<number> {
  const [from = 1, to = 2000] = (option('seeds') ?? '1..2000').split('..').map(Number);
  const made = coupled(option('mechanisms')?.split(','), option('without')?.split(','));
  const property = fc.asyncProperty(made, async (one) => (await coupledCompared(one)).length === 0);
  let [done, differ] = [0, 0];
  for (let seed = from + part; seed <= to && differ < Number(option('most') ?? 1); seed += parts) {
    done++;
    const result = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: 60_000 });
    const found = result.failed ? result.counterexample?.[0] : undefined;
    if (found === undefined) continue;
    differ++;
    console.log([`seed ${seed}`, coupledText(found), ...(await coupledCompared(found))].join('\n'));
  }
  console.log(`${done} seeds, ${differ} differ`);
  return differ;
}

async function traces(): Promise<number> {
  const files = memoryHost(FILES);
  const runs = [AZURE_2021, azure2019()].flatMap((trace) =>
    POLICIES.flatMap((policy) => BUDGETS.map((budget) => ({ trace, lifecycle: `${budget}keepAlive: { ${policy} }` }))),
  );
  let differ = 0;
  for (const [i, { trace, lifecycle }] of runs.entries()) {
    if (i % parts !== part) continue;
    const lines = await compared(bare(lifecycle, trace), files);
    if (lines.length > 0) differ++;
    console.log(
      `${lines.length === 0 ? 'same' : 'DIFFERENT'} ${trace.split(',')[1]} ${lifecycle}\n${lines.slice(0, 5).join('\n')}`.trim(),
    );
  }
  return differ;
}

const asked = process.argv.includes('--traces') ? traces : process.argv.includes('--cores') ? cores : seeds;
process.exitCode = (await asked()) > 0 ? 1 : 0;
