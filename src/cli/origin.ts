// `origin.json` beside what `--out` writes: the command that made a document, its scenario, and the hash of every file that was read, for
// a report that is made later and for `fluxhost verify`. It names the document by its hash, so that another one in the same folder is not
// taken for it.

import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parse } from 'yaml';
import { toStableJson } from '../result/json.js';
import { writeAtomically } from './files.js';

export const ORIGIN = 'origin.json';
/** What stands in a recorded command in place of the seed of held-out workloads, which no file tells. */
export const SEED_KEPT = 'SEED';

/** A file that a command read; its place is told from the folder of the document. */
export interface ReadFile {
  readonly file: string;
  readonly sha256: string;
  /** The word of the command that names it; absent where a scenario does. */
  readonly word?: string;
}

export interface Origin {
  readonly command: string;
  /** As YAML: what differs from the defaults. */
  readonly scenario?: string;
  /** As YAML, with every default. */
  readonly resolved?: string;
  /** What made it, for documents that do not say so themselves: names and values. */
  readonly manifest?: readonly (readonly [name: string, value: string])[];
  /** Where the command was given, told from the folder of the document. */
  readonly folder?: string;
  readonly files?: readonly ReadFile[];
}

/** What a document may ask of the one who reads it: no scenario is longer. */
const LONGEST_DOCUMENT = 1 << 22;
/** Options whose value names what is written. */
const WRITTEN = new Set(['--out', '--timeline', '--snapshot']);

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** By which the same work is known again: a run that a folder has, a chunk that is in a queue. */
export const keyOf = (value: unknown): string => sha256(JSON.stringify(value));

export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

/** As a shell takes it. */
const WORD = /(?:'[^']*'|\\'|[^\s'])+/g;

/** Name and password of whatever URL stands in the command are left out: what is recorded is handed on. */
export const withoutPasswords = (command: string): string =>
  command.replace(WORD, (word) =>
    word
      .replace(/([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/gi, '$1')
      .replace(/([?&](?:username|password)=)[^&#]*?(?=[&#]|'?$)/gi, '$1'),
  );

/** The words of a command as `commandOf` writes it. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(WORD)].map(([word]) =>
    word.replace(
      /'([^']*)'|\\(')/g,
      (_, inside: string | undefined, quote: string | undefined) => quote ?? inside ?? '',
    ),
  );
}

export const isFile = (path: string): boolean => {
  try {
    return path !== '' && !path.includes('\0') && statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Every text in a document but the names of things. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => (name === 'name' ? [] : textsIn(part)));
}

async function documentTexts(path: string): Promise<string[]> {
  if (!/\.(ya?ml|json)$/.test(path) || statSync(path).size > LONGEST_DOCUMENT) return [];
  try {
    return textsIn(parse(await readFile(path, 'utf8')));
  } catch {
    return []; // no document, or one that its command refuses
  }
}

/** Files that a command reads, with the word that names each: its own, and those that a document among them names from its own folder. */
export async function filesOf(command: string, resolved: string | undefined): Promise<Map<string, string | undefined>> {
  const words = wordsOf(command).slice(2);
  const named = words.flatMap((word, i) => {
    if (WRITTEN.has(words[i - 1] ?? '')) return [];
    const value = /^--?[\w.-]+=(.*)$/s.exec(word)?.[1];
    return value === undefined ? [word] : WRITTEN.has(word.slice(0, -value.length - 1)) ? [] : [value];
  });
  const own = named.filter((word) => isFile(resolve(word)));
  const found = new Map<string, string | undefined>(own.map((word) => [resolve(word), word]));
  const settings = named.map((word) => word.slice(word.indexOf('=') + 1));
  const ofScenario = resolved === undefined ? [] : textsIn(parse(resolved));
  for (const word of own) {
    const path = resolve(word);
    for (const text of [...(await documentTexts(path)), ...ofScenario, ...settings]) {
      const file = resolve(dirname(path), text);
      if (!found.has(file) && isFile(file)) found.set(file, undefined);
    }
  }
  return found;
}

/** With `/` on every system. */
const told = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');

export async function writeOrigin(
  folder: string,
  json: string,
  { command, scenario, resolved, manifest }: Origin,
): Promise<void> {
  const files: ReadFile[] = [];
  for (const [path, word] of await filesOf(command, resolved)) {
    // one that is gone meanwhile is one that cannot be told
    const hash = await fileSha256(path).catch(() => undefined);
    if (hash === undefined) continue;
    files.push({ file: told(resolve(folder), path), sha256: hash, ...(word === undefined ? {} : { word }) });
  }
  const where = { folder: told(resolve(folder), '.') || '.', files };
  const origin = { of: sha256(json), command, scenario, resolved, manifest, ...where };
  await writeAtomically(join(folder, ORIGIN), toStableJson(origin));
}

const isReadFile = (value: unknown): value is ReadFile => {
  const { file, sha256: hash } = (value ?? {}) as Record<string, unknown>;
  return typeof file === 'string' && typeof hash === 'string';
};

const isManifest = (value: unknown): value is NonNullable<Origin['manifest']> =>
  Array.isArray(value) &&
  value.every((row) => Array.isArray(row) && row.length === 2 && row.every((cell) => typeof cell === 'string'));

/** Of the document in `file`, whose text is `json`, or `ofAny` that lay there; undefined where it is not known. */
export async function readOrigin(file: string, json: string, ofAny = false): Promise<Origin | undefined> {
  const text = await readFile(join(dirname(file), ORIGIN), 'utf8').catch(() => '{}');
  try {
    const { of, command, files, manifest, ...rest } = JSON.parse(text) as Record<string, unknown>;
    if ((of !== sha256(json) && !ofAny) || typeof command !== 'string') return undefined;
    const texts = (['scenario', 'resolved', 'folder'] as const).flatMap((name) =>
      typeof rest[name] === 'string' ? [[name, rest[name]] as const] : [],
    );
    return {
      command: withoutPasswords(command),
      ...Object.fromEntries(texts),
      ...(Array.isArray(files) ? { files: files.filter(isReadFile) } : {}),
      ...(isManifest(manifest) ? { manifest } : {}),
    };
  } catch {
    return undefined;
  }
}
