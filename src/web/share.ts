// A scenario in the fragment of an address: `#s=` and the text, packed and spelt in letters that need no escape. A fragment is never
// sent to a server. What comes back is text to be checked like any other, and cut where it is too long.

import { type PagesQuestion, isPagesQuestion } from '../pages/question.js';
import { MOST_CHARACTERS } from './limits.js';

export interface Shared {
  readonly text: string;
  /** `PATH=VALUE`, as the sliders had it. */
  readonly set: readonly string[];
  /** SHA-256 that its result was printed with: the page says whether it comes to the same. */
  readonly expect?: string;
  /** Texts of the files that it reads, by their names. */
  readonly files?: Readonly<Record<string, string>>;
  /** In place of a scenario: what is asked of a page trace among the files. */
  readonly pages?: PagesQuestion;
}

/** The printed hash of what is run, where it is what the link holds; undefined once it was changed. */
export const expectedOf = (shared: Shared | undefined, text: string, set: readonly string[]): string | undefined =>
  shared?.text === text && shared.set.join('\n') === set.join('\n') ? shared.expect : undefined;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  by: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(by).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new Error(`the link holds more than ${most} bytes of scenario`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function toFragment(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await through(bytes, new CompressionStream('deflate-raw'), Infinity);
  const letters = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  return `#s=${letters.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

const isFiles = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');

/** @throws Error in one line for a fragment that is damaged or too long; undefined for one that holds no scenario */
export async function fromFragment(fragment: string): Promise<Shared | undefined> {
  const letters = /^#s=([\w-]+)$/.exec(fragment)?.[1];
  if (letters === undefined) return undefined;
  const refuse = (why: string): Error => new Error(`this link holds no scenario: ${why}`);
  if (letters.length > MOST_CHARACTERS) throw refuse(`it is longer than ${MOST_CHARACTERS} characters`);
  let value: unknown;
  try {
    const packed = Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    value = JSON.parse(
      new TextDecoder().decode(await through(packed, new DecompressionStream('deflate-raw'), MOST_CHARACTERS)),
    );
  } catch {
    throw refuse('it is damaged, or holds too much');
  }
  const { text, set, expect, files, pages } = (value ?? {}) as Partial<Record<keyof Shared, unknown>>;
  if (typeof text !== 'string' || !Array.isArray(set) || !set.every((one) => typeof one === 'string'))
    throw refuse('it is damaged');
  if (expect !== undefined && (typeof expect !== 'string' || !/^[0-9a-f]{64}$/.test(expect)))
    throw refuse('its hash is none');
  if (files !== undefined && !isFiles(files)) throw refuse('its files are none');
  if (pages !== undefined && !isPagesQuestion(pages)) throw refuse('what it asks of a trace is nothing');
  return {
    text,
    set,
    ...(expect === undefined ? {} : { expect }),
    ...(files === undefined ? {} : { files }),
    ...(pages === undefined ? {} : { pages }),
  };
}
