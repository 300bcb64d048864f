// A word of a command as a POSIX shell takes it.

/** In quotes where it needs them. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./±-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
