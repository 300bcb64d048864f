// Makes an evaluation kit: what each command reads is copied beside it, each is run there once a size, and what came out is kept with its hashes.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { printable } from '../input/errors.js';
import { type Reportable, reportOf } from '../report/html/document.js';
import { toStableJson } from '../result/json.js';
import { figuresSha256 } from '../result/same.js';
import { VERSION } from '../version.js';
import { EXPECTED, type Entry, INPUTS, KIT, type Kit, SIZES, type Size } from './artifact-kit.js';
import type { Item, ItemList } from './artifact-list.js';
import { linksOf } from './artifact-live.js';
import { kitPage, kitReadme, RUN_SCRIPT } from './artifact-page.js';
import { EXIT } from './exit.js';
import { writeAtomically } from './files.js';
import type { Io } from './io.js';
import { ORIGIN, filesOf, wordsOf } from './origin.js';
import { REPORT, commandOf, readSource, sourceOf, writeReport } from './report.js';
import { COMMANDS, type Main } from './verify-again.js';

/** The folder that all of them lie in. */
function commonFolder(paths: readonly string[]): string {
  const parts = paths.map((path) => dirname(path).split(sep));
  const [first = []] = parts;
  let depth = first.length;
  for (const one of parts)
    while (depth > 0 && one.slice(0, depth).join(sep) !== first.slice(0, depth).join(sep)) depth--;
  return first.slice(0, depth).join(sep) || sep;
}

const slashes = (path: string): string => path.split(sep).join('/');

/** Copies what the command reads; answers the command as it is given in the kit. */
async function withInputs(folder: string, item: string, command: string): Promise<string> {
  const files = await filesOf(command, undefined);
  const base = commonFolder([...files.keys()]);
  const places = new Map<string, string>();
  for (const [path, word] of files) {
    const to = join(INPUTS, item, relative(base, path));
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await copyFile(path, join(folder, to));
    if (word !== undefined) places.set(word, slashes(to));
  }
  const [, name = '', ...words] = wordsOf(command);
  const placed = words.map((word) => {
    const [, option, value] = /^(--[\w-]+=)(.*)$/s.exec(word) ?? [];
    if (option !== undefined && places.has(value!)) return option + places.get(value!)!;
    return places.get(word) ?? word;
  });
  return commandOf(name, placed);
}

/** The words with what lies in the kit told from here. */
export function wordsFrom(folder: string, command: string): string[] {
  const [, name = '', ...words] = wordsOf(command);
  const place = (word: string): string =>
    word.replace(
      /^(--[\w-]+=)?(inputs\/.*)$/s,
      (_, option: string | undefined, path: string) => (option ?? '') + join(folder, path),
    );
  return [name, ...words.map(place)];
}

/** What stands in files that a command wrote is told from the kit's folder, wherever it was made. */
async function tellFromKit(folder: string, entry: string): Promise<void> {
  const prefix = `${folder.replace(/[/\\]+$/, '')}${sep}`;
  const told = (text: string): string => text.replaceAll(prefix, '');
  const origin = join(folder, entry, ORIGIN);
  const value = JSON.parse(await readFile(origin, 'utf8')) as {
    command: string;
    folder: string;
    files: { word?: string }[];
  };
  const files = value.files.map((file) => (file.word === undefined ? file : { ...file, word: told(file.word) }));
  const inKit = {
    ...value,
    command: told(value.command),
    folder: slashes(relative(join(folder, entry), folder)),
    files,
  };
  await writeAtomically(origin, toStableJson(inKit));
  const report = join(folder, entry, REPORT);
  await writeAtomically(report, told(await readFile(report, 'utf8')));
}

/** What a kit's item takes besides its runs, which pilots are of: its document, pictures and report. */
const FOLDER_SECONDS = 0.3;

/** What pilots say of the command's time, and of the memory of the whole program; null where it has none. */
export async function memoryOf(
  words: readonly string[],
  main: Main,
): Promise<{ bytes: number; seconds: number } | null> {
  const [name = ''] = words;
  const spec = await COMMANDS[name]!.spec();
  if (spec.options['estimate'] === undefined) return null;
  let out = '';
  const status = await main([...words, '--estimate', '--json'], {
    stdout: (text) => void (out += text),
    stderr: () => undefined,
    isTty: false,
  });
  if (status !== EXIT.done) return null;
  const { programBytes, seconds } = JSON.parse(out) as { programBytes: number; seconds: number };
  return { bytes: programBytes, seconds: seconds + FOLDER_SECONDS };
}

interface Making {
  readonly folder: string;
  /** The live page's address. */
  readonly page: string;
  readonly io: Io;
  readonly main: Main;
}

async function makeEntry(
  { folder, page, io, main }: Making,
  item: Item,
  command: string,
  sizes: readonly Size[],
  isOne: boolean,
): Promise<Entry> {
  const own = isOne ? item.name : `${item.name}-${sizes[0]!}`;
  const place = slashes(join(EXPECTED, own));
  const inKit = await withInputs(folder, item.name, command);
  const words = wordsFrom(folder, inKit);
  const begun = performance.now();
  let said = '';
  const quiet: Io = { ...io, isTty: false, stdout: () => undefined, stderr: (text) => void (said += text) };
  const status = await main([...words, '--out', join(folder, place)], quiet);
  if (status !== EXIT.done)
    throw new Error(`${item.name}: \`${inKit}\` ends with exit status ${status}: ${said.trim()}`);
  const seconds = (performance.now() - begun) / 1000;
  await tellFromKit(folder, place);
  const source = await sourceOf(join(folder, place));
  const document: unknown = JSON.parse(await readFile(source, 'utf8'));
  const live = await linksOf(join(folder, place), document);
  if (live.length > 0) {
    const { value, origin } = await readSource(source);
    const links = live.map(({ of, fragment, sha256 }) => ({ of, href: page + fragment, sha256 }));
    await writeReport(join(folder, place, REPORT), value, { ...origin!, live: links });
  }
  const memory = await memoryOf(words, main);
  return {
    item: item.name,
    ...(item.claim === undefined ? {} : { claim: item.claim }),
    sizes,
    command: inKit,
    folder: place,
    document: slashes(relative(folder, source)),
    figuresSha256: figuresSha256(document),
    verdict: reportOf(document as Reportable).verdict,
    seconds,
    predictedSeconds: memory?.seconds ?? null,
    bytes: memory?.bytes ?? null,
    live,
  };
}

/** Every item at every size that is wanted, a command that several sizes share once. */
export async function makeKit(making: Making, list: ItemList, wanted: readonly Size[]): Promise<Kit> {
  const { folder, io } = making;
  const entries: Entry[] = [];
  for (const item of list.items) {
    const bySize = new Map<string, Size[]>();
    for (const size of SIZES) {
      const command = item.commands[size];
      if (command !== undefined && wanted.includes(size)) bySize.set(command, [...(bySize.get(command) ?? []), size]);
    }
    for (const [command, sizes] of bySize) {
      const entry = await makeEntry(making, item, command, sizes, bySize.size === 1);
      io.stderr(`made ${printable(entry.item)} (${sizes.join(', ')}) in ${entry.seconds.toFixed(1)} s\n`);
      entries.push(entry);
    }
  }
  const kit: Kit = { title: list.title, page: list.page, version: VERSION, entries };
  await writeAtomically(join(folder, KIT), toStableJson(kit));
  await writeAtomically(join(folder, 'README.md'), kitReadme(kit));
  await writeAtomically(join(folder, 'index.html'), kitPage(kit));
  await writeFile(join(folder, 'run.mjs'), RUN_SCRIPT, { mode: 0o755 });
  return kit;
}
