// `fluxhost artifact`: a kit that holds all it needs, passes where nothing changed, and says what failed where something did.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kit } from '../../src/cli/artifact-kit.js';
import { readItems } from '../../src/cli/artifact-list.js';
import { kitReadme } from '../../src/cli/artifact-page.js';
import { main } from '../../src/cli/program.js';
import { compileCore } from '../../src/core/load.js';
import { Runner } from '../../src/web/runner.js';
import { expectedOf, fromFragment, type Shared, toFragment } from '../../src/web/share.js';
import { doneLine } from '../../src/web/words.js';
import type { Answer, Ask } from '../../src/web/protocol.js';
import { captureIo } from './fake.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCENARIO = `
version: 1
duration: 40ms
warmup: 10ms
host: { cores: 4 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 3 }
    slo: { quantile: 0.9, latency: 1ms }
    workload:
      arrivals: { process: poisson, rate: 50000 }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }
`;
const TRACED = SCENARIO.replace(
  /arrivals: .*\n.*\n/,
  'arrivals: { process: trace, file: data/calls.csv, format: csv, columns: { service: service } }\n',
);
const LIST = `
version: 1
title: A small evaluation
page: https://example.org/live/
items:
  - name: own
    claim: Its tail | is short.
    command: fluxhost run a.yaml
    quick: --set duration=2ms --set warmup=1ms
    full: --seed 7
  - name: traced
    command: fluxhost compare t.yaml --mechanisms ideal,static --no-sizing
  - name: pages
    command: fluxhost pages data/p.csv --format csv --policy lru,opt --capacity 5
    quick: ''
  - name: points
    command: fluxhost sweep a.yaml --vary host.cores=3,4 --set duration=2ms --set warmup=1ms --workers 1
    medium: ''
`;

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-artifact-'));
  mkdirSync(at('work', 'data'), { recursive: true });
  writeFileSync(at('work', 'a.yaml'), SCENARIO);
  writeFileSync(at('work', 't.yaml'), TRACED);
  writeFileSync(at('work', 'list.yaml'), LIST);
  writeFileSync(
    at('work', 'data', 'calls.csv'),
    `arrival,service\n${Array.from({ length: 99 }, (_, i) => `${i * 400000},${1000 + i}`).join('\n')}\n`,
  );
  writeFileSync(
    at('work', 'data', 'p.csv'),
    `page\n${Array.from({ length: 90 }, (_, i) => (i * i) % 17).join('\n')}\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function told(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  return { status: await main(['artifact', ...args], io), out: io.out, err: io.err };
}

const kitOf = (name: string): Kit => JSON.parse(readFileSync(at(name, 'artifact.json'), 'utf8')) as Kit;

/** What the page's worker comes to with what a link holds. */
async function hashInPage({ text, set, files = {}, pages }: Shared): Promise<string> {
  const runner = new Runner(() => compileCore());
  const held = Object.entries(files).map(([name, one]) => ({ name, bytes: new TextEncoder().encode(one) }));
  const asked = async <A extends Ask>(ask: A): Promise<Answer> => runner.answer(ask);
  if (pages !== undefined) {
    const answer = await asked({ ask: 'pages', question: pages, file: held[0]! });
    return answer.answer === 'paged' ? answer.sha256 : JSON.stringify(answer);
  }
  const loaded = await asked({ ask: 'load', text, file: 'shared.yaml', set, foreign: true, files: held });
  if (loaded.answer !== 'loaded') return JSON.stringify(loaded);
  await asked({ ask: 'advance', toNs: 60e6, columnNs: 1e6, budgetMs: Infinity, point: false });
  const answer = await asked({ ask: 'result', future: 0 });
  return answer.answer === 'result' ? answer.sha256 : JSON.stringify(answer);
}

describe('fluxhost artifact', () => {
  it('makes a kit that needs nothing else, and passes wherever it is put', async () => {
    const made = await told(at('kit'), '--of', at('work', 'list.yaml'), '--of', 'edgeflow');
    expect([made.status, made.out]).toEqual([
      0,
      expect.stringMatching(/^quick: 4 items, .*\nmedium: 3 items, .*\nfull: 3 items, /),
    ]);
    const kit = kitOf('kit');
    expect(kit.entries.map(({ item, sizes, folder: place }) => [item, sizes.join(), place])).toEqual([
      ['own', 'quick', 'expected/own-quick'],
      ['own', 'full', 'expected/own-full'],
      ['traced', 'quick,medium,full', 'expected/traced'],
      ['pages', 'quick', 'expected/pages'],
      ['points', 'medium', 'expected/points'],
      ['edgeflow', 'quick,medium,full', 'expected/edgeflow'],
    ]);
    expect(kit.entries[0]!.command).toBe('fluxhost run inputs/own/a.yaml --set duration=2ms --set warmup=1ms');
    expect(existsSync(at('kit', 'inputs', 'traced', 'data', 'calls.csv'))).toBe(true);
    // where it was made is told nowhere
    for (const name of [
      'README.md',
      'index.html',
      'artifact.json',
      'expected/own-full/report.html',
      'expected/pages/origin.json',
      'expected/traced/origin.json',
    ])
      expect([name, readFileSync(at('kit', name), 'utf8').includes(folder)]).toEqual([name, false]);
    const readme = readFileSync(at('kit', 'README.md'), 'utf8');
    expect(readme).toContain('| own | Its tail \\| is short. | quick | `fluxhost run inputs/own/a.yaml');
    expect(readme).toContain('| quick | 4 | ');
    const timed = kit.entries.map((entry, i) => ({ ...entry, seconds: i === 0 ? 0.9 : 2 * i }));
    const ratios = timed.flatMap(({ predictedSeconds, seconds }, i) =>
      i === 0 || predictedSeconds === null ? [] : [predictedSeconds / seconds],
    );
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
    expect(kitReadme({ ...kit, entries: timed })).toContain(
      `Of ${ratios.length} results that took a second or more they told ${least} to ${most} times`,
    );

    rmSync(at('work'), { recursive: true });
    renameSync(at('kit'), at('elsewhere'));
    const checked = await told(at('elsewhere'), '--check', 'quick');
    expect([checked.status, checked.err]).toEqual([0, '']);
    expect(checked.out).toMatch(
      /^passed +own in [^]*passed +traced [^]*passed +pages [^]*passed +edgeflow [^]*4 of 4 passed\n$/,
    );
    const full = await told(at('elsewhere'), '--check', 'full', '--only', 'own', '--json');
    expect(JSON.parse(full.out)).toMatchObject({
      passed: 1,
      of: 1,
      outcomes: [{ verdict: 'passed', figuresSha256: kit.entries[1]!.figuresSha256 }],
    });
    const predicted = JSON.parse((await told(at('elsewhere'), '--check', 'quick', '--estimate', '--json')).out) as {
      items: { item: string; by: string; seconds: number; bytes: number | null }[];
    };
    expect(predicted.items.map(({ item, by }) => `${item} ${by}`)).toEqual([
      'own pilot',
      'traced pilot',
      'pages record',
      'edgeflow record',
    ]);
    expect(predicted.items[0]!.bytes).toBeGreaterThan(2 ** 16);
  });

  it('says which item failed, and why', async () => {
    cpSync(at('elsewhere'), at('spoilt'), { recursive: true });
    const result = at('spoilt', 'expected', 'own-quick', 'result.json');
    writeFileSync(result, readFileSync(result, 'utf8').replace(/"arrived": \d+/, '"arrived": 1'));
    writeFileSync(at('spoilt', 'inputs', 'traced', 'data', 'calls.csv'), 'arrival,service\n1,2\n');
    const kit = kitOf('spoilt');
    const pages = kit.entries.find(({ item }) => item === 'pages')!;
    Object.assign(pages, { figuresSha256: 'f'.repeat(64) });
    writeFileSync(at('spoilt', 'artifact.json'), JSON.stringify(kit));
    const { status, out } = await told(at('spoilt'), '--check', 'quick');
    expect(status).toBe(1);
    expect(out).toMatch(/failed +own in .*is not what artifact\.json says: .*; vms\.0\.arrived: 1 then, \d+ now/);
    expect(out).toMatch(/not-verifiable traced in .*calls\.csv has changed: sha256/);
    expect(out).toMatch(/failed +pages in .*is not what artifact\.json says/);
    expect(out).toMatch(/passed +edgeflow [^]*1 of 4 passed\n$/);
    // what came out differs where the origin says that it is this document
    const origin = at('spoilt', 'expected', 'own-quick', 'origin.json');
    const { createHash } = await import('node:crypto');
    const of = createHash('sha256').update(readFileSync(result, 'utf8')).digest('hex');
    writeFileSync(origin, JSON.stringify({ ...(JSON.parse(readFileSync(origin, 'utf8')) as object), of }));
    const { figuresSha256 } = JSON.parse(
      (await told(at('spoilt'), '--check', 'quick', '--only', 'own', '--json')).out,
    ) as { figuresSha256?: string };
    expect(figuresSha256).toBeUndefined();
    const again = await told(at('spoilt'), '--check', 'quick', '--only', 'own');
    expect([again.status, again.out]).toEqual([1, expect.stringContaining('is not what artifact.json says')]);
  });

  it('has links that come to the printed hash in the page, and says so', async () => {
    const kit = kitOf('elsewhere');
    expect(kit.entries.map(({ item, live }) => [item, live.map(({ of }) => of)])).toEqual([
      ['own', ['']],
      ['own', ['']],
      ['traced', ['ideal', 'static']],
      ['pages', ['']],
      ['points', ['host.cores=3, hyperflux', 'host.cores=4, hyperflux']],
      ['edgeflow', []],
    ]);
    expect(readFileSync(at('elsewhere', 'README.md'), 'utf8').replace(/\s+/g, ' ')).toMatch(
      /with links, 7 in 5 of 6 results: .* Without a link: edgeflow; `run.mjs` runs them\./,
    );
    const index = readFileSync(at('elsewhere', 'index.html'), 'utf8');
    const report = (entry: number): string =>
      readFileSync(at('elsewhere', kit.entries[entry]!.folder, 'report.html'), 'utf8');
    for (const [i, { live }] of kit.entries.entries())
      for (const { fragment, sha256 } of live) {
        const href = `href="https://example.org/live/${fragment}"`;
        expect(index).toContain(href);
        expect([report(i).includes(href), report(i).includes(sha256)]).toEqual([true, true]);
        expect([i, await hashInPage((await fromFragment(fragment))!)]).toEqual([i, sha256]);
      }
    const [{ fragment, sha256 } = { fragment: '', sha256: '' }] = kit.entries[0]!.live;
    expect(report(0).split(`href="https://example.org/live/${fragment}"`).length).toBeGreaterThan(3); // at every figure
    expect(report(2).split('href="#run-again"').length).toBeGreaterThan(3);
    const live = { sha256 };
    const shared = (await fromFragment(fragment))!;
    expect(expectedOf(shared, shared.text, [])).toBe(live.sha256);
    expect(expectedOf(shared, shared.text, ['seed=2'])).toBeUndefined();
    expect(expectedOf(shared, `${shared.text}#`, [])).toBeUndefined();
    expect(doneLine([live.sha256], shared.expect)).toContain('✓ It matches the printed hash.');
    expect(doneLine(['0'.repeat(64)], shared.expect)).toContain(
      `✕ It does not match the printed hash ${live.sha256.slice(0, 16)}`,
    );
    expect(doneLine(['0'.repeat(64)], undefined)).not.toContain('printed');
    await expect(fromFragment(await toFragment({ text: 'a', set: [], expect: 'no hash' }))).rejects.toThrow(
      'its hash is none',
    );
  });

  it('has a script that runs it with the program that is named', () => {
    const program = join(ROOT, 'dist/cli.js');
    const run = (FLUXHOST: string, ...args: string[]) =>
      spawnSync(process.execPath, [at('elsewhere', 'run.mjs'), ...args], {
        encoding: 'utf8',
        cwd: tmpdir(),
        env: { ...process.env, FLUXHOST },
      });
    const { status, stdout, stderr } = run(program, 'quick', '--only', 'edgeflow');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^passed +edgeflow [^]*1 of 1 passed\n$/);
    expect(run(at('none.js')).status).toBe(2);
  });

  it('has a script that says what to do where the program cannot be fetched', () => {
    const bin = at('bin');
    mkdirSync(bin);
    const npx = (script: string) => {
      writeFileSync(join(bin, 'npx'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const { FLUXHOST: _, ...env } = process.env;
      const args = [at('elsewhere', 'run.mjs'), 'medium'];
      return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...env, PATH: bin } });
    };
    const { status, stdout, stderr } = npx('echo npm error code E404 >&2; exit 1');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toContain('npm error');
    expect(stderr).toContain('\n  FLUXHOST=path/to/dist/cli.js node run.mjs medium\n');
    const { version } = kitOf('elsewhere');
    expect(npx('echo "$@"; [ "$3" = --version ]')).toMatchObject({
      status: 1, // that of the program, not of the script
      stdout: `--yes fluxhost@${version} artifact ${at('elsewhere')} --check medium\n`,
      stderr: '',
    });
  });

  it('makes no kit over another', async () => {
    const before = readFileSync(at('elsewhere', 'artifact.json'), 'utf8');
    const { status, out, err } = await told(at('elsewhere'), '--of', 'edgeflow');
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`DIR: given ${JSON.stringify(at('elsewhere'))}, which holds artifact.json of a kit`);
    rmSync(at('spoilt', 'artifact.json'));
    expect((await told(at('spoilt'), '--of', 'edgeflow')).err).toContain('which holds expected of a kit');
    expect(readFileSync(at('elsewhere', 'artifact.json'), 'utf8')).toBe(before);
  });

  it('makes sizes of a scenario that is given alone, and the example is a list', async () => {
    writeFileSync(at('alone.yaml'), SCENARIO);
    const { items } = await readItems([at('alone.yaml')]);
    expect(items[0]!.commands).toEqual({
      quick: `fluxhost run ${at('alone.yaml')} --set duration=1ms`,
      medium: `fluxhost run ${at('alone.yaml')} --set duration=8ms`,
      full: `fluxhost run ${at('alone.yaml')}`,
    });
    const example = await readItems([join(ROOT, 'examples/artifact/artifact.yaml')]);
    expect(example.items.map(({ name }) => name)).toEqual([
      'burst',
      'burst-mechanisms',
      'cores',
      'replay',
      'cache',
      'edgeflow',
    ]);
    const estimate = await told(at('kit'), '--of', at('alone.yaml'), '--sizes', 'quick,medium', '--estimate');
    expect([estimate.status, estimate.out]).toEqual([0, expect.stringMatching(/alone +quick [^]*medium: about /)]);
    expect(existsSync(at('kit'))).toBe(false);
  });

  it('refuses what is wrong, all at once', async () => {
    writeFileSync(
      at('wrong.yaml'),
      'version: 2\npage: nowhere\nitems:\n  - name: a b\n    command: rm -rf x\n  - name: c\n    comand: x\n    command: fluxhost run x.yaml --json\n  - name: c\n    command: fluxhost run x.yaml\n',
    );
    const list = await told(at('no'), '--of', at('wrong.yaml'));
    expect([list.status, list.out]).toEqual([2, '']);
    for (const text of [
      'version: given 2',
      'page: given "nowhere"',
      'name: given "a b"',
      'fluxhost and one of run, compare',
      'did you mean "command"',
      'without --out, --json',
      'a name that no other item has',
    ])
      expect(list.err).toContain(text);
    const refusals: [string[], string][] = [
      [[at('no')], '--of: expected --of, which makes a kit, or --check'],
      [[at('no'), '--of', 'a', '--check', 'quick'], '--of: expected --of'],
      [[at('no'), '--check', 'quik'], 'did you mean "quick"'],
      [[at('no'), '--of', 'a', '--sizes', 'small'], '--sizes: given "small"'],
      [[at('no'), '--of', 'a', '--only', 'x'], '--only: given without --check'],
      [[at('no'), '--check', 'quick'], 'the folder of a kit'],
      [[at('no'), '--of', 'nothing.yaml'], 'a list, a scenario, the name of an experiment'],
      [[at('no'), '--of', 'fluxhost serve'], 'fluxhost and one of run'],
      [[at('no'), '--of', 'fluxhost why x.yaml'], ': why leaves no folder with a report, as a kit holds them'],
      [[at('elsewhere'), '--check', 'quick', '--only', 'x'], '--only: given "x"'],
    ];
    for (const [args, expected] of refusals) {
      const { status, err } = await told(...args);
      expect([args.join(' '), status]).toEqual([args.join(' '), 2]);
      expect(err).toContain(expected);
    }
    expect(existsSync(at('no'))).toBe(false);
  });
});
