// `fluxhost completion`: what the scripts know, and what bash makes of them where there is one.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../src/cli/completion.js';
import { EXPERIMENTS } from '../../src/experiments/index.js';
import { MECHANISM_KINDS } from '../../src/mechanisms/kinds.js';
import { main } from '../../src/cli/program.js';
import { captureIo } from './fake.js';

async function printed(...args: string[]): Promise<string> {
  const io = captureIo();
  expect(await main(args, io), io.err).toBe(0);
  return io.out;
}

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

async function commandNames(): Promise<string[]> {
  return [...(await printed('--help')).matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!);
}

describe('completion', () => {
  it('knows every command and every option that --help tells, in every shell', async () => {
    const names = await commandNames();
    expect(names).toContain('completion');
    const scripts = [
      await printed('completion', 'bash'),
      await printed('completion', 'zsh'),
      await printed('completion', 'fish'),
    ];
    let options = 0;
    for (const name of names) {
      for (const { name: option } of optionsOf(await printed(name, '--help'))) {
        options++;
        const [bash, zsh, fish] = scripts;
        expect(
          new RegExp(`^ {4}${name}\\) words='[^']*--${option}[ ']`, 'm').test(bash!),
          `bash ${name} ${option}`,
        ).toBe(true);
        expect(zsh).toContain(`'*--${option}[`);
        expect(fish).toContain(`'__fish_seen_subcommand_from ${name}' -l ${option} `);
      }
    }
    expect(options).toBeGreaterThan(60);
  });

  it('stands beside help that fits 120 columns', async () => {
    for (const name of await commandNames()) {
      const long = (await printed(name, '--help')).split('\n').filter((line) => line.length > 120);
      expect(long, name).toEqual([]);
    }
  });

  it('knows the mechanisms in every shell, for each command that takes a list of them', async () => {
    const names = (await commandNames()).filter((name) => name !== 'completion');
    const takers: string[] = [];
    for (const name of names) if (/^ {2}--mechanisms /m.test(await printed(name, '--help'))) takers.push(name);
    expect(takers).toEqual(expect.arrayContaining(['compare', 'size', 'suite']));
    const zsh = await printed('completion', 'zsh');
    expect(zsh.split(`:mechanisms:_values -s , mechanism ${MECHANISM_KINDS.join(' ')}'`).length - 1).toBe(
      takers.length,
    );
    const fish = await printed('completion', 'fish');
    for (const name of takers)
      expect(fish).toContain(`'__fish_seen_subcommand_from ${name}' -l mechanisms -x -a '(__fluxhost_mechanisms)'`);
    expect(fish).toContain(`for one in ${MECHANISM_KINDS.join(' ')}\n`);
  });

  it('reads options and whether they take a value from a help text', () => {
    const help =
      'Options:\n  --seed N             seed\n  --set PATH=VALUE ...  changes\n  --json               prints\n  -h, --help           print this\n';
    expect(optionsOf(help)).toEqual([
      { name: 'seed', takesValue: true, help: 'seed' },
      { name: 'set', takesValue: true, help: 'changes' },
      { name: 'json', takesValue: false, help: 'prints' },
      { name: 'help', takesValue: false, help: 'print this' },
    ]);
  });

  it('knows in every shell each experiment that help tells, and each that can be run', async () => {
    const told = EXPERIMENTS.map(({ name }) => name);
    const [bash, zsh, fish] = [
      await printed('completion', 'bash'),
      await printed('completion', 'zsh'),
      await printed('completion', 'fish'),
    ];
    const lists = [
      /reproduce\) words='([^'-][^']*)'/.exec(bash)![1]!,
      /^ {4}reproduce\)[^]*?\*:name:\(([^)]*)\)/m.exec(zsh)![1]!,
      /-f -n '__fish_seen_subcommand_from reproduce' -a '([^']*)'/.exec(fish)![1]!,
    ];
    for (const list of lists) {
      expect(list.split(' ')).toEqual(expect.arrayContaining(told));
      expect(list.split(' ')).toContain('gil/controller');
    }
  });

  it('refuses a shell that it does not know', async () => {
    const io = captureIo();
    expect(await main(['completion', 'tcsh'], io)).toBe(2);
    expect(io.err).toContain('bash, zsh, fish');
  });
});

const inBash = (): void => {
  async function completes(...words: string[]): Promise<string[]> {
    const script = `${await printed('completion', 'bash')}
COMP_WORDS=(fluxhost ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_fluxhost
printf '%s\\n' "\${COMPREPLY[@]}"
complete -p fluxhost >/dev/null`;
    const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('completes a command', async () => {
    expect(await completes('comp')).toEqual(['compare', 'completion']);
    expect(await completes('ru')).toEqual(['run']);
    expect(await completes('help', 'swe')).toEqual(['sweep']);
  });

  it('completes the mechanisms of a list, behind those that stand there', async () => {
    expect(await completes('compare', 'a.yaml', '--mechanisms', 'hy')).toEqual(['hyperflux']);
    expect(await completes('compare', 'a.yaml', '--mechanisms', 'ideal,static,s')).toEqual([
      'ideal,static,static',
      'ideal,static,shenango',
    ]);
    expect(await completes('suite', '--mechanisms', '')).toEqual([...MECHANISM_KINDS]);
  });

  it('completes what a command takes that is no file: experiments and their parts, schemas, shells', async () => {
    expect(await completes('reproduce', 'hyperflux/c')).toEqual(['hyperflux/claims']);
    expect(await completes('reproduce', 'ta')).toEqual(['taiji']);
    expect(await completes('explain', 'virtu')).toEqual(expect.arrayContaining(['virtuoso', 'virtuoso/pair']));
    expect(await completes('explain', 'caladan')).toEqual(['caladan']);
    expect(await completes('schema', 'res')).toEqual(['result', 'reserve']);
    expect(await completes('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await completes('reproduce', '--verb')).toEqual(['--verbose']);
  });

  it('completes an option of that command, and leaves files to the shell', async () => {
    expect(await completes('run', 'a.yaml', '--timeline')).toEqual(['--timeline', '--timeline-window']);
    expect(await completes('compare', '--mech')).toEqual(['--mechanisms']);
    expect(await completes('run', 'a.ya')).toEqual([]);
    expect(await completes('nothing', '--see')).toEqual([]);
  });
};
if (has('bash')) describe('bash', inBash);

// of the other shells those that are there
for (const shell of ['zsh', 'fish'].filter(has)) {
  it(`${shell} takes the script`, async () => {
    const script = await printed('completion', shell);
    const { stderr, status } = spawnSync(shell, ['-n', '-c', script], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
}
