// A name as a number, and a word as a shell takes it.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { nameHash32 } from '../../src/input/name-hash.js';
import { shellWord } from '../../src/input/shell-word.js';

describe('words', () => {
  it('are hashed as FNV-1a is published', () => {
    // http://www.isthe.com/chongo/tech/comp/fnv: test vectors of 32 bits
    expect(['', 'a', 'foobar'].map(nameHash32)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('come out of a shell as they went in', () => {
    const words = ['plain-1.5=a,b/c', '', 'two words', "it's", '$HOME `id` "x" \\', 'ä±%', '*', '~'];
    expect(shellWord(words[0]!)).toBe(words[0]);
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${words.map(shellWord).join(' ')}`], {
      encoding: 'utf8',
    });
    expect(stdout.split('\n').slice(0, -1)).toEqual(words);
  });
});
