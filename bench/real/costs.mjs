// `npm run real -- --costs`: what Linux's own steps take on this machine (costs.c), as src/mechanisms/cost-presets.ts and docs/real.md keep it.
// Each part may be missing: no second CPU, no userfaultfd, no zram. A zram device of its own is made and taken away again.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONTROL = '/sys/class/zram-control';
const ZRAM_BYTES = 64 << 20;

/** @returns what it printed, or { why } */
function measured(program, ...args) {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (stdout.startsWith('{')) return JSON.parse(stdout);
  return { why: stderr.trim() || `ended with ${status}` };
}

/** By compressor: swap to a zram device. */
function swaps(program, folder) {
  if (!existsSync(join(CONTROL, 'hot_add'))) return { zram: { why: 'no zram' } };
  const number = readFileSync(join(CONTROL, 'hot_add'), 'utf8').trim();
  const about = `/sys/block/zram${number}`;
  const device = join(folder, 'zram');
  try {
    execFileSync('mknod', [device, 'b', ...readFileSync(join(about, 'dev'), 'utf8').trim().split(':')]);
    const compressors = readFileSync(join(about, 'comp_algorithm'), 'utf8').match(/[\w-]+/g);
    return Object.fromEntries(
      compressors.map((name) => {
        writeFileSync(join(about, 'reset'), '1');
        writeFileSync(join(about, 'comp_algorithm'), name);
        writeFileSync(join(about, 'disksize'), String(ZRAM_BYTES));
        return [`zram ${name}`, measured(program, 'swap', device, join(about, 'mm_stat'))];
      }),
    );
  } finally {
    writeFileSync(join(about, 'reset'), '1');
    writeFileSync(join(CONTROL, 'hot_remove'), number);
  }
}

/** By part: steps in ns, or why there are none. */
export function measureCosts(compiler, folder, source) {
  const program = join(folder, 'costs');
  execFileSync(compiler, ['-O2', '-o', program, source, '-lpthread']);
  return { threads: measured(program, 'threads'), userfaultfd: measured(program, 'fault'), ...swaps(program, folder) };
}

/** A line each. */
export function renderCosts(parts) {
  const us = (ns) => `${(ns / 1000).toFixed(2)} us`.padStart(10);
  const line = (name, { ns, least, p90, count }) =>
    `  ${name.padEnd(8)} ${us(ns)}   least ${us(least)}, 90 % ${us(p90)}, ${count} times`;
  return Object.entries(parts)
    .map(([part, { why, ratio, ...steps }]) => {
      if (why !== undefined) return `${part}: not measured (${why})\n`;
      const head = ratio === undefined ? part : `${part}, pages compressed ${ratio.toFixed(2)} to 1`;
      return `${head}\n${Object.entries(steps)
        .map(([name, step]) => line(name, step))
        .join('\n')}\n`;
    })
    .join('');
}
