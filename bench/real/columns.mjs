// A trace as fixtures keep it: column by column, arrivals as steps, places in the order of beginnings as how far they lie from those in the
// order of arrivals. Packs to half of what the text does.

const STEPS = 'arrival';
const PLACES = 'order';

/** @param csv whole numbers under a header line */
export function columnsOf(csv) {
  const [header, ...rows] = csv.trim().split('\n');
  const values = rows.map((row) => row.split(',').map(Number));
  return Object.fromEntries(
    header.split(',').map((name, k) => {
      const column = values.map((row) => row[k]);
      if (name === STEPS) return [name, column.map((value, i) => value - (column[i - 1] ?? 0))];
      return [name, name === PLACES ? column.map((value, i) => value - i) : column];
    }),
  );
}

export function csvOf(columns) {
  let at = 0;
  const plain = Object.entries(columns).map(([name, values]) => {
    if (name === STEPS) return values.map((step) => (at += step));
    return name === PLACES ? values.map((value, i) => value + i) : values;
  });
  const rows = plain[0].map((_, i) => plain.map((column) => column[i]).join(','));
  return `${Object.keys(columns).join(',')}\n${rows.join('\n')}\n`;
}
