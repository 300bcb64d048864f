// `report.html` of the commands, and `fluxhost report`, which makes the same page of the file beside it.

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from '../../src/cli/compare.js';
import { histogramsOf, readHistograms, withHistograms, writeHistograms } from '../../src/cli/histograms.js';
import type { Io } from '../../src/cli/io.js';
import { pages } from '../../src/cli/pages.js';
import { commandOf, report } from '../../src/cli/report.js';
import { reproduce } from '../../src/cli/reproduce.js';
import { run } from '../../src/cli/run.js';
import { size } from '../../src/cli/size.js';
import { sweep } from '../../src/cli/sweep.js';
import { reserve } from '../../src/cli/vmem.js';
import { NAME, VERSION } from '../../src/version.js';
import { captureIo, fakeTools } from './fake.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const COMMANDS = [
  ['result.json', run, ['a.yaml']],
  ['comparison.json', compare, ['a.yaml', '--mechanisms', 'ideal,static']],
  ['size.json', size, ['a.yaml', '--find', 'host.cores=3..9']],
  ['sweep.json', sweep, ['a.yaml', '--vary', 'host.cores=3,9', '--workers', '1']],
] as const;

const figures = (html: string): string[] =>
  [...html.matchAll(/<section class="figure" id="([^"]+)">/g)].map(([, id]) => id!);

describe('report.html', () => {
  it.each(COMMANDS)(
    'stands beside %s, with the command and the scenario, and is made again from it',
    async (json, command, args) => {
      const target = join(folder, "it's here");
      expect(await command([...args, '--out', target], captureIo(), fakeTools())).toBe(0);
      expect(readdirSync(target)).toEqual(expect.arrayContaining(['report.html', json]));
      const html = readFileSync(join(target, 'report.html'), 'utf8');
      expect(html).toContain(
        `fluxhost ${json === 'result.json' ? 'run' : json === 'comparison.json' ? 'compare' : json.slice(0, -5)} a.yaml`,
      );
      expect(html).toContain(`&#39;${folder}/it&#39;\\&#39;&#39;s here&#39;`);
      expect(html).toContain('with every default</summary><pre>version: 1\n');
      expect(html).toContain('\nduration: ');
      expect(figures(html).length).toBeGreaterThan(0);

      const io = captureIo();
      expect(await report([target, '--out', join(folder, 'later', 'page.html')], io)).toBe(0);
      expect(io.out).toBe(`${join(folder, 'later', 'page.html')}\n`);
      const later = readFileSync(join(folder, 'later', 'page.html'), 'utf8');
      expect(figures(later)).toEqual(figures(html));
      expect(later).toContain(`Made of ${folder}`);
      // the command that made the result, not the one that made the page; and its scenario
      const commandIn = (page: string): string => /<code id="command">(.*?)<\/code>/s.exec(page)![1]!;
      expect(commandIn(later)).toBe(commandIn(html));
      expect(later).toContain('\nduration: ');
      // the same drawings, curves of every bucket among them
      const drawingsIn = (page: string): string => /id="drawings">(.*?)<\/script>/s.exec(page)![1]!;
      expect(drawingsIn(later)).toBe(drawingsIn(html));

      // of another document in the same folder nothing is known
      const document = JSON.parse(readFileSync(join(target, json), 'utf8')) as object;
      writeFileSync(join(target, json), JSON.stringify(document));
      expect(await report([target, '--out', join(folder, 'other.html')], captureIo())).toBe(0);
      expect(commandIn(readFileSync(join(folder, 'other.html'), 'utf8'))).toMatch(/^fluxhost report /);
    },
  );

  it('holds no password of a URL that the command was given', async () => {
    const told = (...args: string[]): string => commandOf('fleet', args);
    expect(told('--redis', 'redis://:s3cret@queue:6379/0')).toBe('fluxhost fleet --redis redis://queue:6379/0');
    expect(told("--redis=rediss://me:it's s@3cret!@queue")).toBe("fluxhost fleet '--redis=rediss://queue'");
    expect(told("redis://queue?password=it's&db=1", 'a@b/c')).toBe(
      "fluxhost fleet 'redis://queue?password=&db=1' a@b/c",
    );

    // what is written, and what a folder of an earlier version holds
    const target = join(folder, 'r');
    const password = ['--files-within', 'redis://:s3cret@queue'];
    expect(await run(['a.yaml', ...password, '--out', target], captureIo(), fakeTools())).toBe(0);
    const written = (): string =>
      ['origin.json', 'report.html', 'result.json'].map((name) => readFileSync(join(target, name), 'utf8')).join('\n');
    expect(written()).toContain('redis://queue');
    expect(written()).not.toContain('s3cret');
    const origin = join(target, 'origin.json');
    writeFileSync(origin, readFileSync(origin, 'utf8').replace('redis://queue', 'redis://:s3cret@queue'));
    expect(await report([target], captureIo())).toBe(0);
    const page = readFileSync(join(target, 'report.html'), 'utf8');
    expect([page.includes('redis://queue'), page.includes('s3cret')]).toEqual([true, false]);
  });

  it('has for every command the same foot: the command with --out, seeds, scenario, manifest, and what the terminal doubts', async () => {
    const server = join(folder, 'server.yaml');
    writeFileSync(server, "version: 1\nserver: { memory: 384GiB }\nboot: { sizes: ['4GiB'] }\n");
    const trace = join(folder, 'trace.csv');
    writeFileSync(trace, `page\n${Array.from({ length: 200 }, (_, i) => (i * i) % 37).join('\n')}\n`);
    type Command = (args: readonly string[], io: Io) => Promise<number>;
    const all: readonly (readonly [string, Command, readonly string[]])[] = [
      ...COMMANDS.map(
        ([, command, args]) =>
          [command.name, (a: readonly string[], io: Io) => command(a, io, fakeTools()), args] as const,
      ),
      ['reserve', reserve, [server]],
      [
        'pages',
        (a, io) => pages([...a], io),
        [trace, '--policy', 'lru', '--format', 'csv', '--capacity', '10', '--write-column', 'none'],
      ],
      ['reproduce', reproduce, ['edgeflow']],
    ];
    for (const [name, command, args] of all) {
      const target = join(folder, name);
      const io = captureIo();
      expect(await command([...args, '--out', target], io)).toBe(0);
      const html = readFileSync(join(target, 'report.html'), 'utf8');
      const told = /<code id="command">(.*?)<\/code>/s.exec(html)![1]!;
      expect(told, name).toContain(`fluxhost ${name} ${args[0]!}`);
      expect(told, name).toContain('--out');
      const manifest = html.slice(html.indexOf('<h2>Manifest</h2>'));
      expect(manifest, name).toContain(`${NAME} ${VERSION}`);
      expect(manifest, name).toMatch(/core \(SHA-256\)<\/th><td[^>]*>[0-9a-f]{64}/);
      expect(manifest, name).toMatch(/<h2>(Scenario|Parameters|Trace)<\/h2><details>/);
      const codes = [...html.matchAll(/<details class="chip"><summary>([\w-]+)/g)].map(([, code]) => code!);
      for (const code of codes) expect(io.out, `${name} says ${code} on the page alone`).toContain(code);
      if (name === 'size' || name === 'sweep') expect(html).toContain('from seed 7 on');
    }
  });

  it('draws later every bucket that --out had, and says so where they are gone', async () => {
    const target = join(folder, 'out');
    expect(await compare(['a.yaml', '--mechanisms', 'ideal,static', '--out', target], captureIo(), fakeTools())).toBe(
      0,
    );
    const text = readFileSync(join(target, 'comparison.json'), 'utf8');
    const histogram = { upTo: [1000, 2000, 4000], count: [5, 3, 1] };
    const drawn = JSON.parse(text) as { runs: { vms: { latencyNs: object }[] }[] };
    Object.assign(drawn.runs[1]!.vms[0]!.latencyNs, { count: 9, histogram });
    expect(histogramsOf(drawn)).toEqual([['runs.1.vms.0.latencyNs', histogram]]);
    await writeHistograms(target, text, drawn);
    const known = (await readHistograms(join(target, 'comparison.json'), text))!;
    expect(withHistograms(JSON.parse(text) as typeof drawn, known).runs[1]!.vms[0]!.latencyNs).toMatchObject({
      histogram,
    });
    const page = async (): Promise<string> => {
      expect(await report([target], captureIo())).toBe(0);
      return readFileSync(join(target, 'report.html'), 'utf8');
    };
    expect(await page()).toContain('[1000,');
    writeFileSync(join(target, 'histograms.json'), '{"of": "another document"}');
    const without = await page();
    expect(without).not.toContain('[1000,');
    expect(without).toContain('without histograms.json: curves go through the quantiles alone');
  });

  it('refuses what is no result, and says what it takes', async () => {
    const file = join(folder, 'result.json');
    await expect(report([folder], captureIo())).rejects.toThrow(
      /a folder with none of them.*result\.json, comparison\.json/,
    );
    await expect(report([file], captureIo())).rejects.toThrow(/result\.json/);
    for (const [text, said] of [
      ['{', 'no JSON'],
      ['{"a": 1}', 'another JSON document'],
      ['{"manifest": {}, "vms": [1]}', 'lacks'],
    ] as const) {
      writeFileSync(file, text);
      await expect(report([folder], captureIo())).rejects.toThrow(said);
    }
    writeFileSync(join(folder, 'sweep.json'), '{}');
    await expect(report([folder], captureIo())).rejects.toThrow(/with result\.json and sweep\.json/);
    expect(readdirSync(folder).sort()).toEqual(['result.json', 'sweep.json']);
  });
});
