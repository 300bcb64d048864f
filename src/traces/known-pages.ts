// Accesses: of memory, of caches.

import type { Dataset } from './dataset.js';

export const PAGES: readonly Dataset[] = [
  {
    id: 'spec2006-ramulator',
    title: 'SPEC CPU2006 memory requests behind a CPU cache (Ramulator)',
    source: 'https://github.com/CMU-SAFARI/ramulator/tree/master/cputraces',
    licence: 'MIT-style, SAFARI Research Group',
    cite: 'Kim, Yang, Mutlu, Ramulator, IEEE CAL 2015',
    shape: { pages: 'ramulator' },
    columns: [
      { name: 'instructions', meaning: 'instructions without memory before the request', unit: 'instructions' },
      { name: 'read', meaning: 'address that is read; decimal, or hexadecimal with 0x', unit: 'bytes' },
      { name: 'write-back', meaning: 'address that is written back, where there is one', unit: 'bytes' },
    ],
    misread: [
      {
        what: 'a CPU cache has filtered them: reuse of a page is far rarer than in the program, so a hit ratio is of memory, not of the program',
        source: 'the paper and ramulator/README.md',
      },
      { what: 'the first number is no time: the replay has no clock and leaves it out', source: 'docs/pages.md' },
      { what: 'most programs touch few pages (494 to 26,293 in the small files)', source: 'counts of the files' },
    ],
    use: ['fluxhost pages FILE --format ramulator --policy lru,sieve --capacity 10%'],
  },
  {
    id: 'cache2k-ecommerce',
    title: 'Object references of an e-commerce web application (cache2k)',
    source: 'https://github.com/ben-manes/caffeine (simulator, parser/cache2k)',
    licence: 'CC-BY-4.0, headissue GmbH',
    cite: 'cache2k benchmark traces, Jens Wilke',
    shape: { pages: 'be32' },
    columns: [{ name: 'key', meaning: 'the object: bits 27 to 31 its type, 9 to 26 its id, 0 to 9 an index' }],
    misread: [
      { what: 'it has no times: only the order is known', source: 'the format' },
      { what: 'keys are big-endian; read as little-endian they look uniformly random', source: 'the format' },
    ],
    use: ['fluxhost pages FILE --format be32 --policy lru,sieve --capacity 10%'],
  },
  {
    id: 'meta-cachelib-popularity',
    title: 'Popularity and sizes of Meta production caches (CacheBench)',
    source: 'https://github.com/facebook/CacheLib/tree/main/cachelib/cachebench/test_configs',
    licence: 'Apache-2.0',
    cite: 'Berg et al., The CacheLib Caching Engine, OSDI 2020',
    shape: { has: [/^(popularityBuckets|valSizeRange)$/] },
    columns: [
      { name: 'popularityBuckets', meaning: 'so many keys share the weight of the same place', unit: 'keys' },
      { name: 'popularityWeights', meaning: 'accesses that those keys share', unit: 'accesses' },
      { name: 'oneHits', meaning: 'share of keys that are asked for once' },
      { name: 'valSizeRange', meaning: 'edges of classes of object sizes', unit: 'bytes' },
      { name: 'valSizeRangeProbability', meaning: 'objects of each class; counts, not probabilities', unit: 'objects' },
    ],
    misread: [
      { what: 'it is a distribution, not a trace: order and reuse times are not in it', source: 'the file' },
      { what: 'valSizeRangeProbability are counts that do not add up to 1', source: 'the file' },
    ],
    use: ['nothing reads it as it is: weights over buckets give the skew of generated accesses (zipf)'],
  },
];
