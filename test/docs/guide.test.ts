// The walk of docs/guide.md, walked: its files are written where the reader would write them, its commands run in their order by a shell.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/guide.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'fluxhost-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (line: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync('sh', ['-c', line.replace(/^fluxhost /, `"${process.execPath}" "${join(ROOT, 'dist/cli.js')}" `)], {
    cwd: folder,
    encoding: 'utf8',
  });

it('can be walked from the first command to the last', () => {
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  const files = [...page.matchAll(/<!-- file: (\S+) -->\n\n(?:<!-- prettier-ignore -->\n)?```\w+\n([\s\S]*?)```/g)];
  expect(files.map(([, name]) => name)).toEqual(['make-load.mjs', 'mine.yaml', 'my-policy.ts']);
  for (const [, name, text] of files) writeFileSync(join(folder, name!), text!);
  const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));
  expect(lines.length).toBeGreaterThan(10);
  const outputs = new Map<string, string>();
  for (const line of lines) {
    const { status, stdout, stderr } = run(line);
    expect([status, line], stderr).toEqual([0, line]);
    outputs.set(line, stdout);
  }
  expect(readdirSync(join(folder, 'answer'))).toContain('report.html');
  // what the walk says: size names a value, and run with that value meets the objective
  const sized = outputs.get('fluxhost size mine.yaml --find host.cores=2..6 --for mine.slo')!;
  const [, cores] = /fluxhost run mine\.yaml --set host\.cores=(\d+)/.exec(sized)!;
  const met = run(`fluxhost run mine.yaml --set host.cores=${cores} --assert 'vms.mine.slo.attained'`);
  expect([met.status, met.stderr]).toEqual([0, '']);
  const less = run(`fluxhost run mine.yaml --set host.cores=${Number(cores) - 1} --assert 'vms.mine.slo.attained'`);
  expect(less.status).toBe(3);
  // what it says of the policy
  const p99 = (line: string): number => {
    const { vms } = JSON.parse(run(`${line} --json`).stdout) as { vms: { name: string; latencyNs: { p99: number } }[] };
    return vms.find(({ name }) => name === 'api')!.latencyNs.p99;
  };
  const own = p99('fluxhost run examples/policy.yaml --core my-core.wasm');
  expect(own).toBeGreaterThan(p99('fluxhost run examples/policy.yaml'));
});
