// A conversation of the Mooncake trace (requests to a model with the blocks of 512 tokens that their prompts consist of) as an agent's session:
// blocks are pages, requests are turns. No agent's session is public.

import { InputError } from '../../input/errors.js';
import { floorOf, type Page } from '../../residency/prompt.js';
import type { TraceHost } from '../../workload/text-source.js';
import { stream } from '../draw.js';
import type { Settings } from '../parameters.js';
import { BLOCK, conversationId, type MooncakeRequest, mooncakeRequests } from '../mooncake.js';
import { sizesOf, type Use } from './session.js';

const NEEDS = 3;

export interface Conversation {
  readonly pages: readonly Page[];
  readonly uses: readonly (readonly Use[])[];
  /** Blocks at the end of a prompt that are too short to have levels. */
  readonly leftOut: number;
}

/** The one of the most requests, the first of equals. */
export async function conversationOf(host: TraceHost, file: string, settings: Settings): Promise<Conversation> {
  const conversations = new Map<number, MooncakeRequest[]>();
  for await (const request of mooncakeRequests(host, file)) {
    const key = conversationId(request);
    if (key === undefined) continue;
    const requests = conversations.get(key) ?? [];
    requests.push(request);
    conversations.set(key, requests);
  }
  let most: MooncakeRequest[] = [];
  for (const requests of conversations.values()) if (requests.length > most.length) most = requests;
  const tokens = new Map<number, number>();
  for (const request of most)
    request.blocks.forEach((id, i) => {
      const held = Math.min(BLOCK, request.tokens - i * BLOCK);
      tokens.set(id, Math.max(held, tokens.get(id) ?? 0));
    });
  const pages: Page[] = [];
  const pageOf = new Map<number, number>();
  for (const [id, full] of tokens) {
    const sizes = sizesOf(settings, full);
    if (sizes === undefined) continue;
    pageOf.set(id, pages.length);
    pages.push({ kind: id === most[0]!.blocks[0] ? 'bootstrap' : 'conversation', weight: 1, sizes });
  }
  if (pages.length === 0)
    throw new InputError({
      file,
      path: 'hash_ids',
      given: 'no conversation',
      expected: 'requests that share two blocks',
    });
  const next = stream(settings.number('seed'), NEEDS);
  const uses = most.map(({ blocks }) =>
    blocks.flatMap((id): Use[] => {
      const page = pageOf.get(id);
      if (page === undefined) return [];
      const needed = next() < settings.number('needFull') ? 0 : floorOf(pages[page]!);
      const writes = next() < settings.number('writes');
      return [{ page, needed, writes, valid: next() >= settings.number('invalid') }];
    }),
  );
  return { pages, uses, leftOut: tokens.size - pages.length };
}
