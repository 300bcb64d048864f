// Bytes that come in pieces to text, UTF-8 and nothing else; a refusal names the line that the file is readable up to.

import { InputError } from '../input/errors.js';

const EXPECTED = 'UTF-8 text, plain or compressed with gzip or Zstandard';

export class TextPieces {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  /** Of the next character. */
  line = 1;

  constructor(private readonly file: string) {}

  /** The text of a piece, a byte order mark taken off; a character may be cut by its end. */
  piece(bytes: Uint8Array): string {
    let text: string;
    try {
      text = this.decoder.decode(bytes, { stream: true });
    } catch {
      throw this.refuse('bytes that are not UTF-8 text', EXPECTED, linesBeforeGarbage(bytes));
    }
    const nul = text.indexOf('\0');
    if (nul >= 0) throw this.refuse('binary data', EXPECTED, countNewlines(text, nul));
    this.line += countNewlines(text, text.length);
    return text;
  }

  end(): void {
    try {
      this.decoder.decode();
    } catch {
      throw this.refuse('a character cut in the middle by the end of the file', 'whole UTF-8 characters', 0);
    }
  }

  private refuse(given: string, expected: string, lines: number): InputError {
    return new InputError({ file: this.file, line: this.line + lines, path: '', given, expected });
  }
}

function countNewlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The fatal decoder does not say where; a second, forgiving pass over the one piece does. */
function linesBeforeGarbage(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8').decode(bytes);
  const at = text.indexOf('\uFFFD');
  return countNewlines(text, at < 0 ? text.length : at);
}
