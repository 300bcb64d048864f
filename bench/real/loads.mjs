// The loads that `npm run real` records: what each shows, its quota, and the options of load.c. Bursts overload their quota for a while and
// are paid off between; a seed makes each repetition the same load.

const BURST = ['--rate', '1500', '--off-rate', '50', '--on-ms', '100', '--off-ms', '400', '--service-us', '400'];

export const LOADS = [
  { name: 'period-100ms', quotaUs: 30_000, periodUs: 100_000, options: BURST },
  { name: 'period-20ms', quotaUs: 6_000, periodUs: 20_000, options: BURST },
  { name: 'quota-20', quotaUs: 20_000, periodUs: 100_000, options: BURST },
  {
    name: 'lock',
    quotaUs: 30_000,
    periodUs: 100_000,
    options: [...BURST, '--lock-probability', '0.3', '--lock-us', '150'],
  },
  {
    name: 'colocated',
    quotaUs: 30_000,
    periodUs: 100_000,
    options: BURST,
    neighbour: ['--rate', '500', '--service-us', '400', '--seed', '9', '--workers', '64'],
  },
];
