// The two files of the Azure Functions 2019 trace that are read together, as tables in memory: invocations per minute
// and function (kept sparse: most minutes of most functions are empty) and percentiles of the execution time.
// Column names and units as published with Shahrad et al., "Serverless in the Wild", USENIX ATC 2020.

import { type Problem, InputError } from '../input/errors.js';
import type { TraceSummary } from './arrival.js';
import { csvBlocks, columnIndexes, CellProblems, decimal, detached } from './csv-rows.js';
import { AZURE_PERCENTILES } from './percentiles.js';
import { type TraceHost, readText } from './text-source.js';

const IDENTITY = ['HashOwner', 'HashApp', 'HashFunction'] as const;
const MINUTE_MAX = 1440;
const COUNT_MAX = 2 ** 32 - 1;

/** Columns of doubles that grow by doubling. */
class Numbers {
  #values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  view(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}

export interface DurationTable {
  readonly file: string;
  /** Which of owner, app and function the file names, and for each row their cells. */
  readonly identity: readonly string[];
  readonly identities: readonly (readonly string[])[];
  /** Where each row stands. */
  readonly lines: readonly number[];
  /** Milliseconds, one run of `AZURE_PERCENTILES.length` a row. */
  readonly percentilesMs: Float64Array;
}

export async function readDurations(host: TraceHost, file: string, summary?: TraceSummary): Promise<DurationTable> {
  const names = AZURE_PERCENTILES.map((percent) => `percentile_Average_${percent}`);
  const values = new Numbers();
  const identities: string[][] = [];
  const lines: number[] = [];
  let identity: readonly string[] | undefined;
  let idColumns: number[] = [];
  let valueColumns: number[] = [];
  for await (const block of csvBlocks(readText(host, file), file, summary)) {
    if (identity === undefined) {
      const columns = columnIndexes(block.header, ['HashFunction', ...names], file);
      identity = IDENTITY.filter((name) => block.header.includes(name));
      idColumns = identity.map((name) => block.header.indexOf(name));
      valueColumns = names.map((name) => columns[name]!);
    }
    const problems = new CellProblems(file);
    block.rows.forEach((row, i) => {
      let before = 0;
      valueColumns.forEach((column, percentile) => {
        const valueMs = decimal(row[column]!);
        if (!(valueMs >= before)) {
          const expected =
            percentile === 0 || valueMs < 0
              ? 'milliseconds, 0 or more'
              : 'milliseconds, not below the percentile before it';
          problems.add(block.line(i), block.header[column]!, row[column]!, expected);
        }
        if (!(valueMs < 0)) before = valueMs;
        values.push(valueMs);
      });
      identities.push(idColumns.map((column) => detached(row[column]!)));
      lines.push(block.line(i));
    });
    problems.throwIfAny();
  }
  return { file, identity: identity ?? [], identities, lines, percentilesMs: values.view() };
}

/** A function's invocation rows joined with its durations; calls sorted by minute, then by function. */
export interface JoinedTrace {
  readonly functionsRead: number;
  readonly functionsRepeated: number;
  /** HashFunction of each joined function. */
  readonly hashes: readonly string[];
  /** Its first line in the invocations. */
  readonly lines: readonly number[];
  /** Row of each joined function in the durations table. */
  readonly durationRows: readonly number[];
  /** Numbers of the minute columns, rising. */
  readonly minutes: readonly number[];
  /** One entry a (function, minute) with calls: index into `hashes`, number of the minute, calls. */
  readonly cells: { readonly function: Float64Array; readonly minute: Float64Array; readonly calls: Float64Array };
  readonly rows: number;
}

function minuteColumns(header: readonly string[], file: string): { minute: number; column: number }[] {
  const found: { minute: number; column: number }[] = [];
  const problems: Problem[] = [];
  header.forEach((name, column) => {
    if (!/^\d+$/.test(name)) return;
    const minute = Number(name);
    if (minute < 1 || minute > MINUTE_MAX) {
      problems.push({
        file,
        line: 1,
        path: name,
        given: 'a column of this name',
        expected: `minutes of the day from 1 to ${MINUTE_MAX}`,
      });
    }
    found.push({ minute, column });
  });
  if (found.length === 0 && problems.length === 0) {
    problems.push({
      file,
      line: 1,
      path: '1..1440',
      given: 'a header without minute columns',
      expected: 'columns named by the minute of the day, 1 to 1440',
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  return found.sort((a, b) => a.minute - b.minute);
}

/** @param choose which of the minute columns are wanted, given all of them; refuses by throwing */
export async function readInvocations(
  host: TraceHost,
  file: string,
  durations: DurationTable,
  choose: (minutes: readonly number[]) => (minute: number) => boolean,
  summary?: TraceSummary,
): Promise<JoinedTrace> {
  const cells = { function: new Numbers(), minute: new Numbers(), calls: new Numbers() };
  const hashes: string[] = [];
  const durationRows: number[] = [];
  const lines: number[] = [];
  const functionOfDuration = new Map<number, number>();
  const unmatched = new Set<string>();
  const byIdentity = new Map<string, number>();
  let functionsRepeated = 0;
  let columns: { minute: number; column: number }[] | undefined;
  let minutes: number[] = [];
  let idColumns: number[] = [];
  let functionColumn = 0;
  let rows = 0;

  for await (const block of csvBlocks(readText(host, file), file, summary)) {
    if (columns === undefined) {
      functionColumn = columnIndexes(block.header, ['HashFunction'], file).HashFunction;
      columns = minuteColumns(block.header, file);
      minutes = columns.map(({ minute }) => minute);
      const wanted = choose(minutes);
      columns = columns.filter(({ minute }) => wanted(minute));
      // HashFunction alone is unique only within an app: all the identity that both files give is compared.
      const shared = durations.identity.filter((name) => block.header.includes(name));
      idColumns = shared.map((name) => block.header.indexOf(name));
      const picks = shared.map((name) => durations.identity.indexOf(name));
      durations.identities.forEach((cellsOfRow, row) => {
        const key = picks.map((pick) => cellsOfRow[pick]!).join(' ');
        if (byIdentity.has(key)) functionsRepeated++;
        else byIdentity.set(key, row);
      });
    }
    const problems = new CellProblems(file);
    for (let i = 0; i < block.rows.length; i++) {
      const row = block.rows[i]!;
      rows++;
      const key = idColumns.map((column) => row[column]!).join(' ');
      const durationRow = byIdentity.get(key);
      let index = -1;
      if (durationRow === undefined) {
        unmatched.add(detached(key));
      } else {
        index = functionOfDuration.get(durationRow) ?? hashes.length;
        if (index === hashes.length) {
          hashes.push(detached(row[functionColumn]!));
          durationRows.push(durationRow);
          lines.push(block.line(i));
          functionOfDuration.set(durationRow, index);
        }
      }
      for (const { minute, column } of columns) {
        const cell = row[column]!;
        if (cell === '0') continue;
        const calls = decimal(cell);
        if (!(calls >= 0 && calls <= COUNT_MAX && Number.isInteger(calls))) {
          problems.add(block.line(i), String(minute), cell, 'a whole number of invocations, 0 or more');
        } else if (calls > 0 && index >= 0) {
          cells.function.push(index);
          cells.minute.push(minute);
          cells.calls.push(calls);
        }
      }
    }
    problems.throwIfAny();
  }
  return {
    functionsRead: hashes.length + unmatched.size,
    functionsRepeated,
    hashes,
    lines,
    durationRows,
    minutes,
    cells: { function: cells.function.view(), minute: cells.minute.view(), calls: cells.calls.view() },
    rows,
  };
}
