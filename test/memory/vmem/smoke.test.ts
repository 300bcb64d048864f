import { expect, it } from 'vitest';
import { experiment } from '../../../src/experiments/vmem/index.js';
import { renderTable } from '../../../src/report/table.js';
import { BUILD_NAMES, buildOf } from './cores.js';
it('runs', async () => {
  const m = await buildOf('release');
  const t = performance.now();
  const r = await experiment.run({ module: m });
  console.log(JSON.stringify(r.claims, null, 1));
  for (const t of r.tables) console.log(t.title + '\n' + renderTable([t.head, ...t.rows]));
  console.log(performance.now() - t);
  expect(BUILD_NAMES.length).toBe(3);
});
