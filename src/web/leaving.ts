// What leaves the page, all of it into the reader's own hands: result, report and timeline of each future, and a link.

import { save } from './dom.js';
import { complaint, type Link } from './link.js';
import type { Saved } from './transport.js';
import { type Shared, toFragment } from './share.js';

/** The address becomes the link, and goes into the clipboard where the browser lets it. Answers what to say. */
export async function shareByAddress(shared: Shared): Promise<string> {
  history.replaceState(null, '', await toFragment(shared));
  const copied = await navigator.clipboard.writeText(location.href).then(
    () => true,
    () => false,
  );
  return copied
    ? 'The link is in the clipboard. The scenario is in it; no server sees it.'
    : 'The address above is the link. The scenario is in it; no server sees it.';
}

/** Saves the scenario, or something of every future, a timeline of what is shown; answers what went wrong. */
export async function download(
  link: Link,
  what: Saved,
  futures: number,
  [fromNs, untilNs]: readonly [fromNs: number, untilNs: number],
  {
    file,
    text,
    commandOf,
  }: {
    readonly file: string;
    readonly text: string;
    readonly commandOf: (future: number) => string;
  },
): Promise<string | undefined> {
  if (what === 'scenario') {
    save(file, 'application/yaml', text);
    return undefined;
  }
  for (let future = 0; future < futures; future++) {
    const name = futures > 1 ? `${what}-${'ab'[future]}` : what;
    const answer = await link.ask(
      what === 'timeline'
        ? { ask: what, future, fromNs, untilNs }
        : what === 'report'
          ? { ask: what, future, command: commandOf(future) }
          : { ask: what, future },
    );
    if (answer.answer === 'result') save(`${name}.json`, 'application/json', answer.json);
    else if (answer.answer === 'report') save(`${name}.html`, 'text/html', answer.html);
    else if (answer.answer === 'timeline') save(`${name}.pftrace`, 'application/octet-stream', answer.bytes);
    else return complaint(answer);
  }
  return undefined;
}

/** Of the result of every future. */
export async function hashesOf(link: Link, futures: number): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: futures }, (_, future) => link.ask({ ask: 'result', future })),
  );
  return answers.flatMap((answer) => (answer.answer === 'result' ? [answer.sha256] : []));
}
