/** Longest line of what `reproduce` prints. */
export const MOST_COLUMNS = 120;
