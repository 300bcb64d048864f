// What an artifact is of: a list of items, each a command and the sizes that it belongs to, from a file, or from names on the command line.

import { basename, dirname, relative, resolve } from 'node:path';
import { EXPERIMENTS } from '../experiments/index.js';
import { type Problem, InputError, expectedOneOf, show } from '../input/errors.js';
import { readDocument } from '../input/document.js';
import { formatDuration } from '../input/quantities.js';
import { readText } from '../input/text.js';
import { parseScenario } from '../scenario/parse.js';
import { SIZES, type Size } from './artifact-kit.js';
import { isFile, wordsOf } from './origin.js';
import { commandOf } from './report.js';
import { COMMANDS } from './verify-again.js';

export interface Item {
  readonly name: string;
  /** What it is to show; a sentence. */
  readonly claim?: string;
  /** By size, as it is given from the folder of the list. */
  readonly commands: Readonly<Partial<Record<Size, string>>>;
}

export interface ItemList {
  readonly title: string;
  /** Where the live page is; the one that `fluxhost serve` prints where nothing is said. */
  readonly page: string;
  readonly items: readonly Item[];
}

const PAGE = 'http://127.0.0.1:8080/';
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
/** Of a scenario that is given alone: this part of its duration. */
const PARTS: Readonly<Record<Size, number>> = { quick: 50, medium: 5, full: 1 };
/** No part of it is shorter. */
const LEAST_NS = 1e6;

const FIELDS = ['title', 'page', 'version', 'items'];
const ITEM_FIELDS = ['name', 'claim', 'command', ...SIZES];

/** The words of a command, from whatever folder it is told. */
function commandProblem(command: string): string | undefined {
  const [program, name = ''] = wordsOf(command);
  const able = Object.entries(COMMANDS).flatMap(([one, { inKits }]) => (inKits === false ? [] : [one]));
  if (program !== 'fluxhost' || !able.includes(name)) {
    const reportless =
      program === 'fluxhost' && Object.hasOwn(COMMANDS, name)
        ? `: ${name} leaves no folder with a report, as a kit holds them; its document is for fluxhost verify`
        : '';
    return `fluxhost and one of ${able.join(', ')}${reportless}`;
  }
  if (/\s--held-out\b/.test(command)) return 'a command without --held-out, whose seed no file may tell';
  return /\s--(out|json|csv|shard|resume)\b/.test(command)
    ? 'a command without --out, --json, --csv, --shard and --resume'
    : undefined;
}

class Reader {
  readonly problems: Problem[] = [];

  constructor(
    private readonly file: string,
    private readonly lineOf: (path: readonly (string | number)[]) => number,
  ) {}

  refuse(path: readonly (string | number)[], given: unknown, expected: string): void {
    this.problems.push({
      file: this.file,
      line: this.lineOf(path),
      path: path.join('.'),
      given: show(given),
      expected,
    });
  }

  known(value: object, path: readonly (string | number)[], names: readonly string[]): void {
    for (const [name, part] of Object.entries(value))
      if (!names.includes(name)) this.refuse([...path, name], part, expectedOneOf('a known field', name, names));
  }

  text(value: Readonly<Record<string, unknown>>, path: readonly (string | number)[], name: string): string | undefined {
    const part = value[name];
    if (part === undefined || typeof part === 'string') return part;
    this.refuse([...path, name], part, 'a text');
    return undefined;
  }

  item(value: unknown, i: number): Item | undefined {
    const path = ['items', i];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.refuse(path, value, `a mapping of ${ITEM_FIELDS.join(', ')}`);
      return undefined;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    this.known(fields, path, ITEM_FIELDS);
    const [name, command, claim] = ['name', 'command', 'claim'].map((one) => this.text(fields, path, one));
    if (name === undefined || !NAME.test(name)) this.refuse([...path, 'name'], name, 'letters, digits, - and _');
    const wrong = command === undefined ? 'a command of fluxhost' : commandProblem(command);
    if (wrong !== undefined) this.refuse([...path, 'command'], command, wrong);
    const given = SIZES.map((size) => [size, this.text(fields, path, size)] as const);
    const none = given.every(([, words]) => words === undefined);
    const commands = given.flatMap(([size, words]) =>
      none ? [[size, command] as const] : words === undefined ? [] : [[size, `${command} ${words}`.trim()] as const],
    );
    return { name: name ?? '', ...(claim === undefined ? {} : { claim }), commands: Object.fromEntries(commands) };
  }
}

function readList(text: string, file: string): ItemList {
  const document = readDocument(text, file, 'a list: title and items');
  const { value } = document;
  const reader = new Reader(file, (path) => document.lineOf(path));
  reader.known(value, [], FIELDS);
  if (value['version'] !== 1) reader.refuse(['version'], value['version'], '1');
  const items = value['items'];
  if (!Array.isArray(items) || items.length === 0) reader.refuse(['items'], items, 'a list of at least one item');
  const found = (Array.isArray(items) ? items : []).flatMap((one, i) => reader.item(one, i) ?? []);
  found.forEach(({ name }, i) => {
    if (found.findIndex((one) => one.name === name) < i)
      reader.refuse(['items', i, 'name'], name, 'a name that no other item has');
  });
  const page = reader.text(value, [], 'page');
  if (page !== undefined && !/^https?:\/\/[^\s#]+$/.test(page))
    reader.refuse(['page'], page, 'an address without a fragment, http or https');
  const title = reader.text(value, [], 'title') ?? basename(file).replace(/\.[^.]*$/, '');
  if (reader.problems.length > 0) throw new InputError(reader.problems);
  return { title, page: page ?? PAGE, items: found };
}

/** A scenario as it is, and shorter ones of it after the same warm-up. */
function scenarioItem(text: string, file: string): Item {
  const { durationNs } = parseScenario(text, { file }).scenario;
  const part = (of: number): string =>
    formatDuration(Math.min(durationNs, Math.max(LEAST_NS, Math.round(durationNs / of))));
  const commands = SIZES.map((size) => {
    const of = PARTS[size];
    return [size, commandOf('run', [file, ...(of === 1 ? [] : ['--set', `duration=${part(of)}`])])] as const;
  });
  return { name: basename(file).replace(/\.[^.]*$/, ''), commands: Object.fromEntries(commands) };
}

const everySize = (command: string): Item['commands'] => Object.fromEntries(SIZES.map((size) => [size, command]));

/** Commands of a list are told from where it lies: here they are from where one stands. */
function fromHere(item: Item, folder: string): Item {
  if (resolve(folder) === resolve('.')) return item;
  const place = (word: string): string => (isFile(resolve(folder, word)) ? relative('.', resolve(folder, word)) : word);
  const commands = Object.entries(item.commands).map(([size, command]) => {
    const [, name = '', ...words] = wordsOf(command);
    return [size, commandOf(name, words.map(place))] as const;
  });
  return { ...item, commands: Object.fromEntries(commands) };
}

/** @throws InputError naming what is neither a list, a scenario, an experiment nor a command */
export async function readItems(given: readonly string[]): Promise<ItemList> {
  const lists: ItemList[] = [];
  const items: Item[] = [];
  for (const one of given) {
    const experiment = EXPERIMENTS.find(({ name }) => name === one);
    if (experiment !== undefined)
      items.push({ name: one, claim: experiment.title, commands: everySize(commandOf('reproduce', [one])) });
    else if (one.startsWith('fluxhost ')) {
      const wrong = commandProblem(one);
      if (wrong !== undefined) throw new InputError({ path: '--of', given: show(one), expected: wrong });
      items.push({ name: wordsOf(one)[1]!, commands: everySize(one) });
    } else {
      const text = await readText(one, 'a list, a scenario, the name of an experiment, or a command of fluxhost');
      const isList = Array.isArray(readDocument(text, one).value['items']);
      if (isList) {
        const list = readList(text, one);
        lists.push({ ...list, items: list.items.map((item) => fromHere(item, dirname(one))) });
      } else items.push(scenarioItem(text, one));
    }
  }
  const all = [...lists.flatMap((list) => list.items), ...items];
  // two of one name are told apart by a number
  const named = all.map((item, i) => {
    const before = all.slice(0, i).filter(({ name }) => name === item.name).length;
    return before === 0 ? item : { ...item, name: `${item.name}-${before + 1}` };
  });
  return { title: lists[0]?.title ?? 'Evaluation', page: lists[0]?.page ?? PAGE, items: named };
}
