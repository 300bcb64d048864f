// The layers of the code, from the lowest up: a file may import files of its own room and of layers below, nothing beside it
// and nothing above. Held by test/architecture/layers.test.ts; docs/architecture.md prints it (`npm run docs`). A pattern is a
// file or a folder with all that is in it; the longest that fits decides.

/** The core, AssemblyScript. */
export const CORE_LAYERS = [
  {
    rooms: [
      'assembly/layout.ts',
      'assembly/memory/pages/layout.ts',
      'assembly/memory/vmem/layout.ts',
      'assembly/memory/replacement/ids.ts',
      'assembly/server/layout.ts',
      'assembly/lifecycle/layout.ts',
      'assembly/systems/layout.ts',
      'assembly/order/layout.ts',
      'assembly/residency/layout.ts',
    ],
    about: 'numbers that both languages know: words of the configuration, kinds, codes',
  },
  {
    rooms: ['assembly/kernel'],
    about:
      'time, chance and storage: event queue, random streams, distributions, histograms, the arena; knows nothing of hosts',
  },
  {
    rooms: ['assembly/server'],
    about: 'servers with budgets: workers that poll, serve and charge, one discipline a file; knows no host',
  },
  {
    rooms: ['assembly/systems'],
    about: 'systems as policies over servers and kept instances: Nexus, Nanvix, Virtuoso, GIL, Valve',
  },
  {
    rooms: ['assembly/cpu'],
    about:
      'records of the host and what holds for all who use them: accounts, laws, who waits, which core is idle or may be taken',
  },
  {
    rooms: ['assembly/memory/replacement'],
    about: 'lists of pages, of what the host shares with the replay of traces',
  },
  { rooms: ['assembly/residency'], about: 'which pages of a slow tier are to come up: detectors and admission' },
  { rooms: ['assembly/view.ts'], about: 'what a policy of one’s own may read' },
  {
    rooms: ['assembly/policy.ts', 'assembly/victim.ts'],
    about: 'four decisions that may be one’s own: the file whose place `fluxhost build --policy` gives to another',
  },
  {
    rooms: ['assembly/memory/pages'],
    about: 'pages of guests: their records, which ones a task touches, how they age',
  },
  { rooms: ['assembly/cpu/guest'], about: "the guest's scheduler: run, dispatch, search and steal, lock" },
  {
    rooms: ['assembly/cpu/workload', 'assembly/cpu/cores', 'assembly/memory/swap'],
    about: 'requests that come and end · cores that move, the arbiter, forks · faults and the servers that mend them',
  },
  { rooms: ['assembly/cpu/mechanisms'], about: 'who gets which core when, one folder or file a mechanism' },
  {
    rooms: ['assembly/lifecycle'],
    about: 'functions whose VMs come and go: instances, what keeps them warm, memory, the boot gate',
  },
  {
    rooms: ['assembly/sandbox'],
    about: 'what such a policy reads where it is compiled for the sandbox; imports nothing',
  },
  { rooms: ['assembly/order'], about: 'orders of the run queue and deadlines: a record and a timer a VM' },
  { rooms: ['assembly/parts.ts'], about: 'the parts of the host, one line each' },
  { rooms: ['assembly/events.ts'], about: 'the event loop: which event goes to whom' },
  {
    rooms: ['assembly/host.ts', 'assembly/fields.ts'],
    about: 'one host: configured, run, settled · where its records lie, for who watches it',
  },
  {
    rooms: ['assembly/index.ts'],
    about: 'the boundary to TypeScript',
  },
];

/** The memory's own core: replacement on traces, residency in levels and reserved memory, which need no host. */
export const MEMORY_CORE_LAYERS = [
  {
    rooms: [
      'assembly/layout.ts',
      'assembly/memory/vmem/layout.ts',
      'assembly/memory/replacement/ids.ts',
      'assembly/residency/layout.ts',
      'assembly/placement/layout.ts',
    ],
    about: 'numbers that both languages know',
  },
  { rooms: ['assembly/kernel'], about: 'as above' },
  {
    rooms: ['assembly/memory/replacement', 'assembly/memory/vmem'],
    about: 'one replacement policy a file · extents and tables of reserved memory',
  },
  { rooms: ['assembly/memory/replay.ts'], about: 'a trace through a policy' },
  { rooms: ['assembly/residency'], about: 'units at levels of memory, what an access costs, who goes up and down' },
  { rooms: ['assembly/placement'], about: 'which host of a fleet takes which VM' },
  { rooms: ['assembly/memory/index.ts'], about: 'the boundary to TypeScript' },
];

/** TypeScript. */
export const SRC_LAYERS = [
  { rooms: ['src/version.ts', 'src/generated'], about: "the package's name; the cores' bytes, made by the build" },
  {
    rooms: ['src/input'],
    about: 'what a person wrote: quantities, fields, refusals, assertions; knows no part of a host',
  },
  { rooms: ['src/metrics'], about: 'histograms and intervals; knows no pictures' },
  {
    rooms: ['src/mechanisms', 'src/workload'],
    about: 'the settings of each mechanism · arrivals and the files that they are read from',
  },
  {
    rooms: ['src/swap', 'src/lifecycle', 'src/order', 'src/datapath', 'src/gpu'],
    about:
      'swapped memory · functions whose VMs come and go · orders of the run queue · a datapath before VMs · a GPU before one, each as a part of scenario and result',
  },
  { rooms: ['src/recording'], about: "what a machine's scheduler did, read from files" },
  { rooms: ['src/scenario'], about: 'a scenario: checked, resolved, written again, forked' },
  { rooms: ['src/part-table.ts'], about: 'the parts of the host, one line each' },
  { rooms: ['src/parts.ts'], about: 'what the boundary asks of every part' },
  { rooms: ['src/result'], about: 'a result: its fields, laws, replications, what happened over time' },
  { rooms: ['src/policy.ts'], about: 'decisions of one’s own' },
  { rooms: ['src/abi'], about: 'decisions of one’s own in Wasm: the interface, and fuel' },
  { rooms: ['src/core'], about: 'the boundary to Wasm: words in, counters out' },
  { rooms: ['src/server'], about: 'servers with budgets' },
  { rooms: ['src/systems'], about: 'systems over servers with budgets, and kept instances' },
  { rooms: ['src/feed'], about: 'arrivals from outside the core: traces, invocations, packets, tokens' },
  { rooms: ['src/options.ts'], about: 'what a program may say of a run' },
  { rooms: ['src/timeline'], about: 'what happens, event by event, as a Perfetto trace' },
  { rooms: ['src/advance.ts'], about: 'one host goes on, and who watches it' },
  { rooms: ['src/simulation.ts'], about: 'one host, simulated' },
  {
    rooms: ['src/study', 'src/pages', 'src/reserve', 'src/decide'],
    about: 'questions of several runs · traces of pages · reserved memory · decisions in rounds',
  },
  { rooms: ['src/residency'], about: 'units at levels of memory, over accesses read as traces of pages are' },
  { rooms: ['src/traces'], about: 'public traces: what their columns mean, samples, conversion' },
  { rooms: ['src/calibrate'], about: 'a recording as a scenario, and what it tells beside what the simulator says' },
  { rooms: ['src/fleet'], about: 'VMs that come and go on many hosts' },
  { rooms: ['src/explain'], about: 'every parameter with meaning, default and source, as text and as Markdown' },
  { rooms: ['src/report'], about: 'results as text and as a page of figures; reads nothing but the result' },
  { rooms: ['src/experiments'], about: "papers' claims beside ours" },
  { rooms: ['src/lessons'], about: 'exercises with a student’s own numbers, graded' },
  { rooms: ['src/policy-core.ts'], about: 'a core with a policy of one’s own, compiled' },
  {
    rooms: ['src/judge'],
    about: 'policies judged: held to the interface, scored on the suite, their decisions held against others',
  },
  { rooms: ['src/index.ts'], about: 'what people import' },
  {
    rooms: ['src/core-entry.ts', 'src/node-entry.ts', 'src/report-entry.ts'],
    about: 'the same without the bytes · what needs Node · tables and the page of figures',
  },
  { rooms: ['src/web'], about: 'the live page; the command line hands out its files' },
  { rooms: ['src/cli'], about: 'the command line' },
];

/** Upward imports that are meant, each with its reason; none is the goal. */
export const EXCEPTIONS = [];

/** Which rooms a scenario, an event and a result come through, in this order; docs/architecture.md draws it. */
export const WAYS = {
  scenario: [
    'src/cli',
    'src/index.ts',
    'src/study',
    'src/simulation.ts',
    'src/scenario',
    'src/input',
    'src/core',
    'assembly/index.ts',
    'assembly/host.ts',
  ],
  event: [
    'assembly/host.ts',
    'assembly/events.ts',
    'assembly/cpu/workload',
    'assembly/cpu/guest',
    'assembly/memory/pages',
    'assembly/cpu/mechanisms',
    'assembly/cpu/cores',
    'assembly/kernel',
  ],
  result: [
    'assembly/index.ts',
    'src/core',
    'src/metrics',
    'src/result',
    'src/simulation.ts',
    'src/study',
    'src/report',
    'src/cli',
  ],
};
