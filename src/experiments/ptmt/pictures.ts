// What of PTMT's tables is drawn, and the answer in a sentence.

import { type Draw, columnLines, greatest, least, lines, valueOf } from '../pictures.js';

/** Rows: host, way, time, faster than the default, changes, cost of changing. */
export const waysPicture: Draw = (_, rows) => {
  const hosts = [...new Set(rows.map(([host]) => host!))];
  const of = (host: string) => rows.flatMap((row, i) => (row[0] === host ? [{ row, i }] : []));
  const drawn = hosts.map((host) => ({
    name: host,
    points: of(host).map(({ row, i }) => ({ x: row[1]!, row: i, column: 3 })),
  }));
  const said = hosts.map((host) => {
    // the last one is known afterwards only
    const own = of(host).map(({ row }) => row);
    const best = greatest(own.slice(0, -1), 3);
    return `on ${host} ${best[1]!} (${best[3]!}, of ${own.at(-1)![3]!} with the best one known afterwards)`;
  });
  return lines('way of choosing', 'faster than the default', `Fastest: ${said.join('; ')}.`, drawn, 'dot');
};

/** Rows: configuration, time, of the default. */
export const configurationsPicture: Draw = (head, rows) => {
  const [best, worst] = [least(rows, 2), greatest(rows, 2)];
  return {
    mark: 'dot',
    x: head[0]!,
    panels: [{ title: 'of the time of the default', lines: columnLines(head, rows, [2]) }],
    answer: `From ${best[2]!} with ${best[0]!} to ${worst[2]!} with ${worst[0]!}.`,
  };
};

/** Rows: workload, hits, writes, drift, fastest configuration; the last one is what was seen. */
export const workloadsPicture: Draw = (head, rows) => {
  const seen = rows.at(-1)!;
  const said = [1, 2, 3].map((i) => `${head[i]!} ${seen[i]!}`);
  return lines('workload', 'share', `Seen first: ${said.join(', ')}.`, columnLines(head, rows, [1, 2, 3]), 'dot');
};

/** Rows: host, regret, at most. */
export const hedgePicture: Draw = (head, rows) => {
  const within = rows.every((row) => valueOf(row[1]!) <= valueOf(row[2]!));
  const said = rows.map(([host, regret, most]) => `${regret!} of at most ${most!} (${host!})`);
  return lines(
    'host',
    'regret',
    `${within ? 'Within the bound everywhere' : 'Beyond the bound somewhere'}: ${said.join(', ')}.`,
    columnLines(head, rows, [1, 2]),
    'dot',
  );
};
