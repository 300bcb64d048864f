// What people read on a screen: no line is wider than they see at once.

/** Lines of more than so many columns. */
export const tooLong = (text: string, most = 120): string[] =>
  text.split('\n').filter((line) => [...line].length > most);
