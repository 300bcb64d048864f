// Plain-text tables: aligned columns, long cells cut, colour only where asked for. At a terminal that is too narrow the columns that
// do not fit go on below, each row under its label again. Leaves out boxes: a table is pasted into an issue and searched with grep.

import { printable } from '../input/errors.js';

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/** Where a text is read: with or without colour, in a terminal of so many columns or (without) somewhere that has no width. */
export type Look =
  | boolean
  | {
      /** With escape codes of colour. */
      readonly colour: boolean;
      /** Of the terminal; absent: no width. */
      readonly columns?: number;
    };

export interface TableOptions {
  /** 'left' or 'right' per column; the first is left and the others right where absent. */
  readonly align?: readonly ('left' | 'right')[];
  readonly look?: Look;
  /** Longest cell; longer ones end in `…`. */
  readonly maxCellColumns?: number;
}

/** Widest line that is promised for tables of up to four mechanisms. */
export const MAX_COLUMNS = 110;

const DEFAULT_CELL_COLUMNS = 40;

const CODES: Readonly<Record<Tone, string>> = { good: '32', bad: '31', warn: '33', dim: '2', strong: '1' };

/** Puts text in a tone, or leaves it as it is without colour. */
export function paint(text: string, tone: Tone | undefined, look: Look): string {
  const colour = typeof look === 'boolean' ? look : look.colour;
  return colour && tone !== undefined && text !== '' ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text;
}

/** Characters as a terminal counts them for the text printed here; wide scripts are not measured. */
function columns(text: string): number {
  return [...text].length;
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/**
 * Names that fit into so many columns. Of those that would be cut alike what they have in common goes instead, up to the word in
 * which they differ: `…signal=oldest`.
 */
export function distinctNames(names: readonly string[], most: number): string[] {
  const short = names.map((name) => cut(name, most));
  return names.map((name, i) => {
    const alike = names.filter((_, j) => short[j] === short[i]);
    if (alike.length === 1) return short[i]!;
    let common = 0;
    while (alike.every((one) => one[common] !== undefined && one[common] === name[common])) common += 1;
    const word = Math.max(...[':', '='].map((sign) => name.lastIndexOf(sign, common - 1)), -1) + 1;
    const from = (at: number): string[] => alike.map((one) => cut(`…${one.slice(at)}`, most));
    const whole = [name.lastIndexOf(':', common - 1) + 1, word, common].find(
      (at) => new Set(from(at)).size === alike.length,
    );
    return cut(`…${name.slice(whole ?? common)}`, most);
  });
}

const GAP = '  ';

/** Which columns stand beside each other: the first, which says what a row is about, in every block; others where there is room. */
function blocksOf(widths: readonly number[], room: number | undefined): number[][] {
  const [label = 0] = widths;
  const blocks: number[][] = [];
  let used = Infinity;
  for (let i = 1; i < widths.length; i++) {
    const wide = GAP.length + widths[i]!;
    if (room === undefined ? blocks.length === 0 : used + wide > room) {
      blocks.push([0]);
      used = label;
    }
    blocks.at(-1)!.push(i);
    used += wide;
  }
  return blocks.length === 0 ? [[0]] : blocks;
}

/**
 * Lines of a table, two blanks between columns, no blanks at line ends.
 *
 * @example
 * renderTable([["VM", "p99"], ["api", "47.3 us"]]); // "VM       p99\napi  47.3 us\n"
 */
export function renderTable(rows: readonly (readonly (string | Cell)[])[], options: TableOptions = {}): string {
  const most = options.maxCellColumns ?? DEFAULT_CELL_COLUMNS;
  const cells = rows.map((row) =>
    row.map((cell): Cell => {
      const { text, tone } = typeof cell === 'string' ? { text: cell, tone: undefined } : cell;
      // A row of one cell is a heading: it may run over the columns below it.
      const shown = cut(printable(text), row.length === 1 ? MAX_COLUMNS : most);
      return tone === undefined ? { text: shown } : { text: shown, tone };
    }),
  );
  const look = options.look ?? false;
  const widths: number[] = [];
  for (const row of cells) {
    if (row.length === 1) continue;
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, columns(cell.text))));
  }
  const line = (row: readonly Cell[], shown: readonly number[]): string => {
    const parts = shown.flatMap((i) => {
      const cell = row[i];
      if (cell === undefined) return [];
      const fill = ' '.repeat(Math.max((widths[i] ?? 0) - columns(cell.text), 0));
      const painted = paint(cell.text, cell.tone, look);
      const align = options.align?.[i] ?? (i === 0 ? 'left' : 'right');
      if (align === 'right' && row.length > 1) return [fill + painted];
      return [i === shown.at(-1) ? painted : painted + fill];
    });
    return parts.join(GAP).trimEnd();
  };
  const room = typeof look === 'boolean' ? undefined : look.columns;
  const blocks = blocksOf(widths, room).map((shown) => cells.map((row) => `${line(row, shown)}\n`).join(''));
  return blocks.join('\n');
}

/** Columns that a sentence may take: so many at most, or those of a terminal that is narrower. */
export const widthOf = (look: Look, most: number): number =>
  Math.min(most, typeof look === 'boolean' ? most : Math.max(LEAST_COLUMNS, look.columns ?? most));

/** Narrower than this, words stand alone and nothing is read any more. */
const LEAST_COLUMNS = 24;

/** Columns of a cell of text stand this far apart; a command is copied whole. */
const KEPT = /\S {2,}\S|\bfluxhost [a-z]/;

// eslint-disable-next-line no-control-regex -- the escape is what is looked for
const ESCAPES = /\u001b\[\d+m/g;

const seen = (text: string): number => columns(text.replace(ESCAPES, ''));

/** Sentences of a text on lines that a terminal has room for, the rest of each indented; without a width all stays as it is. */
export function fitted(text: string, look: Look): string {
  const most = widthOf(look, Infinity);
  if (most === Infinity) return text;
  return text
    .split('\n')
    .map((line) => {
      if (seen(line) <= most || KEPT.test(line.trim())) return line;
      const [lead = ''] = /^ */.exec(line)!;
      return lead + wrap(line.slice(lead.length), most - lead.length - 2, seen).replaceAll('\n', `\n${lead}  `);
    })
    .join('\n');
}

/** Breaks text at blanks so that no line is longer than `most` columns, as `measure` counts them. */
export function wrap(text: string, most: number, measure = (part: string): number => part.length): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && measure(line) + 1 + measure(word) > most) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
